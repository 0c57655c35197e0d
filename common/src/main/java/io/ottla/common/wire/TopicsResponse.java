package io.ottla.common.wire;

import java.util.List;
import java.util.UUID;

/**
 * {@code GET /cluster/v1/topics}: the topics as one controller knows them.
 *
 * @param term term of the newest entry in the answer's state
 * @param index index of that entry; an answer with a higher one is newer
 * @param linearizable whether a majority has confirmed that nothing acknowledged before the question is missing; otherwise the answer may be
 *        old, though never wrong
 * @param topics by name
 */
public record TopicsResponse(String clusterId, long term, long index, boolean linearizable, List<Topic> topics) {
  /** A topic with the number of its partitions. */
  public record Topic(String name, UUID topicId, int partitions) {}
}
