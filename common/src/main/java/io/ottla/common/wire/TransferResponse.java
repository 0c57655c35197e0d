package io.ottla.common.wire;

/**
 * Answer to a transfer of leadership.
 *
 * @param leaderId who leads now
 * @param term the term in which it does
 */
public record TransferResponse(int leaderId, long term) {}
