package io.ottla.cluster.history;

/** A record as a reader saw it. */
public record StoredRecord(int partition, long offset, String key, String value) {}
