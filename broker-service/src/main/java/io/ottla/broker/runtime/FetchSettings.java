package io.ottla.broker.runtime;

/**
 * @param maxWaitMs how long a leader may hold a fetch
 * @param maxPartitionBytes bound of one partition's records in an answer
 * @param maxBytes bound of an answer
 * @param forceBeforeAck whether what was fetched is forced before the next fetch
 */
record FetchSettings(int maxWaitMs, int maxPartitionBytes, int maxBytes, boolean forceBeforeAck) {}
