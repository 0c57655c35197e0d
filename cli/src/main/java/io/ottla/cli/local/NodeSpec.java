package io.ottla.cli.local;

import java.util.List;

/**
 * One node of a local cluster: who it is and where it listens, all on loopback.
 *
 * @param clientPort the REST port, 0 on a node that serves no clients
 */
public record NodeSpec(int id, App app, int clientPort, int internalPort, int managementPort) {
  public static final String HOST = "127.0.0.1";

  /** The client URL, or an empty string on a controller. */
  public String clientUrl() {
    return clientPort == 0 ? "" : url(clientPort);
  }

  public String internalUrl() {
    return url(internalPort);
  }

  public String managementUrl() {
    return url(managementPort);
  }

  /** What a person calls it: {@code broker 101}. */
  public String title() {
    return (app == App.COMBINED ? "node" : app.name().toLowerCase(java.util.Locale.ROOT)) + " " + id;
  }

  /** Every port this node binds. */
  public List<Integer> ports() {
    return clientPort == 0 ? List.of(internalPort, managementPort) : List.of(clientPort, internalPort, managementPort);
  }

  private static String url(int port) {
    return "http://" + HOST + ":" + port;
  }
}
