package io.ottla.controller.raft;

/**
 * A member of the quorum and where its internal listener answers.
 *
 * @param key identity of the voter and of its disk
 * @param host host of the internal listener
 * @param port port of the internal listener
 */
public record Voter(ReplicaKey key, String host, int port) {}
