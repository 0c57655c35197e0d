package io.ottla.common.config;

/**
 * A named address to bind, or to publish.
 *
 * @param name CLIENT or INTERNAL
 */
public record Listener(String name, String host, int port) {
  /** Where clients talk REST to a broker. */
  public static final String CLIENT = "CLIENT";
  /** Where nodes talk to each other. */
  public static final String INTERNAL = "INTERNAL";

  @Override
  public String toString() {
    return name + "://" + host + ":" + port;
  }
}
