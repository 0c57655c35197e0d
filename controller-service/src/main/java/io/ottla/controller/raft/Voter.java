package io.ottla.controller.raft;

import java.util.UUID;

/**
 * A member of the quorum, or one that may become a member, and where its internal listener answers.
 *
 * @param key identity of the node and of its disk
 * @param host host of the internal listener
 * @param port port of the internal listener
 */
public record Voter(ReplicaKey key, String host, int port) {
  /** Refuses what is no port, and hosts that could not be written down: no host name or address contains such characters. */
  public Voter {
    if (host.isEmpty()
        || host.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '\\' || c == '/' || c == '@' || c == ',')) {
      throw new IllegalArgumentException("'" + host + "' is not a host");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(port + " is not a port");
    }
  }

  /** As {@code id@host:port/directory}. */
  String encode() {
    return key.nodeId() + "@" + host + ":" + port + "/" + key.directoryId();
  }

  static Voter decode(String text) {
    int at = text.indexOf('@');
    int slash = text.lastIndexOf('/');
    int colon = slash < 0 ? -1 : text.lastIndexOf(':', slash);
    if (at < 1 || colon <= at + 1) {
      throw new IllegalArgumentException("'" + text + "' is not a voter");
    }
    var key = new ReplicaKey(Integer.parseInt(text.substring(0, at)), UUID.fromString(text.substring(slash + 1)));
    return new Voter(key, text.substring(at + 1, colon), Integer.parseInt(text.substring(colon + 1, slash)));
  }
}
