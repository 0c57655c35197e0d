package io.ottla.broker.runtime;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.time.MonotonicClock;

/**
 * What all fetchers share.
 *
 * @param endpoints INTERNAL address of a broker by id
 * @param requestSeq numbers every fetch of this process, so that a leader recognises old ones (P16)
 */
record FetchServices(MonotonicClock clock, BrokerSession session, FetchSettings settings, LeaderFetchCalls calls,
    IntFunction<Optional<Endpoint>> endpoints, AtomicLong requestSeq, Consumer<Throwable> fatal) {
  long nextRequestSeq() {
    return requestSeq.incrementAndGet();
  }
}
