package io.ottla.common.wire;

/**
 * Where the active controller was last seen.
 *
 * @param nodeId its node id
 * @param term the Raft term in which it leads
 * @param host host of its internal listener
 * @param port port of its internal listener
 */
public record LeaderHint(int nodeId, long term, String host, int port) {}
