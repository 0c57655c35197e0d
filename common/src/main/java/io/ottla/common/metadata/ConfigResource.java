package io.ottla.common.metadata;

import java.util.Comparator;

/**
 * What a configuration value belongs to.
 *
 * @param type kind of resource
 * @param name topic name, broker id in decimal, or empty for the cluster
 */
public record ConfigResource(Type type, String name) implements Comparable<ConfigResource> {
  /** The cluster as a whole. */
  public static final ConfigResource CLUSTER = new ConfigResource(Type.CLUSTER, "");

  private static final Comparator<ConfigResource> ORDER = Comparator.comparing(ConfigResource::type)
      .thenComparing(ConfigResource::name);

  /** Kinds of resources. */
  public enum Type {
    /** Every node. */
    CLUSTER,
    /** One broker. */
    BROKER,
    /** One topic. */
    TOPIC
  }

  /** The resource of a topic. */
  public static ConfigResource topic(String name) {
    return new ConfigResource(Type.TOPIC, name);
  }

  /** The resource of a broker. */
  public static ConfigResource broker(int brokerId) {
    return new ConfigResource(Type.BROKER, Integer.toString(brokerId));
  }

  @Override
  public int compareTo(ConfigResource other) {
    return ORDER.compare(this, other);
  }
}
