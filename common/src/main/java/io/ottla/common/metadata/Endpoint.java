package io.ottla.common.metadata;

/**
 * A named address a broker publishes.
 *
 * @param name CLIENT, INTERNAL or MANAGEMENT
 * @param host advertised host name
 * @param port advertised port
 */
public record Endpoint(String name, String host, int port) {
  /** Name of the listener clients use. */
  public static final String CLIENT = "CLIENT";
  /** Name of the listener nodes use among themselves. */
  public static final String INTERNAL = "INTERNAL";
  /** Name of the listener that serves health and metrics. */
  public static final String MANAGEMENT = "MANAGEMENT";
}
