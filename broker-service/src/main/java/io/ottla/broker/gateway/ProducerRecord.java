package io.ottla.broker.gateway;

import io.ottla.common.record.Header;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record a client wants written. The arrays are handed over and not changed afterwards.
 *
 * @param partition where to write it; null lets the key, or chance, decide
 * @param timestamp milliseconds since 1970; null for the time of arrival
 * @param key null for no key
 * @param value null for a tombstone
 */
public record ProducerRecord(@Nullable Integer partition, @Nullable Long timestamp, byte @Nullable [] key,
    byte @Nullable [] value, List<Header> headers) {}
