package io.ottla.common.metadata;

/**
 * An effective setting and where it comes from.
 *
 * @param name topic-level name
 * @param value value in force
 * @param source where the value is set
 */
public record ConfigValue(String name, String value, Source source) {
  /** Places a value can come from, the strongest first. */
  public enum Source {
    /** Set on the topic. */
    TOPIC,
    /** Set for the whole cluster. */
    CLUSTER,
    /** Built in. */
    DEFAULT
  }
}
