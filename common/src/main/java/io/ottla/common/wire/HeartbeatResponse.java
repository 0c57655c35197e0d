package io.ottla.common.wire;

/**
 * @param fenced whether the controller holds the broker fenced
 * @param shouldShutdown whether a controlled shutdown may now end the process
 * @param caughtUp whether the broker has applied its own registration
 * @param term the controller's term
 * @param commitIndex the committed end of the metadata log
 */
public record HeartbeatResponse(boolean fenced, boolean shouldShutdown, boolean caughtUp, long term,
    long commitIndex) {}
