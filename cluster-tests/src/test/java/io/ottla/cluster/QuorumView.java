package io.ottla.cluster;

/** A controller as it describes itself. */
record QuorumView(int nodeId, String role, long term, int leaderId, long commitIndex) {
  boolean leads() {
    return role.equalsIgnoreCase("leader");
  }
}
