package io.ottla.broker.replica;

/**
 * @param forceBeforeAck whether only forced records count as replicated ({@code sync} mode, P33)
 * @param lagMaxMs a follower not caught up for this long leaves the ISR (P22)
 */
public record ReplicationSettings(boolean forceBeforeAck, long lagMaxMs) {}
