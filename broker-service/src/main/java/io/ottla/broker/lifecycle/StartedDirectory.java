package io.ottla.broker.lifecycle;

import java.util.UUID;

/**
 * What one log directory proves about its logs at a start (M12, M13).
 *
 * @param id its directory id
 * @param manifest what it remembers
 * @param machine boot and mount it is used under now, empty when unknown
 * @param cleanShutdownEpoch broker epoch of the clean-shutdown mark, -1 without one
 * @param sound whether recovery found no corruption and every replica of the manifest is there
 * @param vouches whether it has a say: not so a new one, and one that failed before and was replaced by the others since
 */
public record StartedDirectory(UUID id, DirectoryRecord manifest, String machine, long cleanShutdownEpoch,
    boolean sound, boolean vouches) {}
