package io.ottla.common.wire;

import java.util.List;

/**
 * Answer to a change of the voters, once it is committed.
 *
 * @param index index of the entry that made it
 * @param voters the voters in force afterwards
 */
public record VoterChangeResponse(long index, List<QuorumStatusResponse.VoterWire> voters) {}
