package io.ottla.controller.control;

import java.util.UUID;

/**
 * Someone asks to delete a topic.
 *
 * @param name its name
 */
public record DeleteTopicCommand(String name) {
  /**
   * The reply.
   *
   * @param topicId id of the topic that is gone
   * @param metadataIndex index of the entry that removes it
   */
  public record Deleted(UUID topicId, long metadataIndex) {}
}
