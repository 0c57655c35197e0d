package io.ottla.cluster.history;

/**
 * One attempt to write one record. Attempts with the same value are attempts at the same record.
 *
 * @param key one key belongs to one writer, which waits for an answer before it sends the key's next record
 * @param sequence position of the record among those of its key
 * @param value unique per record
 * @param sentNanos just before the request was sent, on the one clock of all writers
 * @param answeredNanos just after the answer, on the same clock
 */
public record Write(String key, long sequence, String value, long sentNanos, long answeredNanos,
    WriteOutcome outcome) {}
