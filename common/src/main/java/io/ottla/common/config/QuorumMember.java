package io.ottla.common.config;

/**
 * An initial voter, {@code id@host:port} in {@code controller.quorum.initial.voters}; the address is its INTERNAL listener.
 *
 * @param nodeId the controller's node id
 */
public record QuorumMember(int nodeId, String host, int port) {}
