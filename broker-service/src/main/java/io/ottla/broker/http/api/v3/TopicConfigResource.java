package io.ottla.broker.http.api.v3;

import java.util.List;

/**
 * A setting in force for a topic.
 *
 * @param synonyms where the value could come from, the strongest first
 */
public record TopicConfigResource(String kind, Metadata metadata, String clusterId, String topicName, String name,
    String value, boolean isDefault, boolean isReadOnly, boolean isSensitive, String source,
    List<Synonym> synonyms) {
  /** One place a value comes from. */
  public record Synonym(String name, String value, String source) {}
}
