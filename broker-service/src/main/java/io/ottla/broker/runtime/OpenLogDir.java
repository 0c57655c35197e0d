package io.ottla.broker.runtime;

import java.util.List;
import java.util.UUID;

import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.log.LogStore;
import io.ottla.common.id.TopicIdPartition;

/**
 * A log directory after its start.
 *
 * @param name its path, for people
 * @param id its directory id
 * @param store its logs, recovered
 * @param manifest what it says about its replicas and the broker's registrations
 * @param found replicas that lay in it at start, damaged ones included
 */
public record OpenLogDir(String name, UUID id, LogStore store, DirectoryRecord manifest,
    List<TopicIdPartition> found) {
  /** Copies the list. */
  public OpenLogDir {
    found = List.copyOf(found);
  }
}
