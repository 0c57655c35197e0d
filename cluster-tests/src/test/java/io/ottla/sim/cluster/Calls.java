package io.ottla.sim.cluster;

import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Requests and answers between processes, over a network that loses, repeats, delays and reorders both. */
final class Calls {
  private static final double REFUSAL_IS_NOTICED = 0.5;

  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final SimNetwork<Runnable> network;

  Calls(EventScheduler scheduler, SeededRandom random, int processes) {
    this.scheduler = scheduler;
    this.random = random;
    this.network = new SimNetwork<>(scheduler, random.split("network"), processes, (to, message) -> message.run());
  }

  SimNetwork<Runnable> network() {
    return network;
  }

  /** How often a request may be served. */
  enum Delivery {
    /** As often as the network delivers it. */
    ANY,
    /** At most once: the request is on one connection, and nobody sends it again. */
    ONCE
  }

  /** What serves a request; it is given where to answer, now or later, in the life in which it was asked. */
  @FunctionalInterface
  interface Service<R> {
    void serve(Consumer<R> answer);
  }

  /**
   * Asks another process.
   *
   * @param done given the answer, or null when there is none in time; once, unless the caller has died
   */
  <R> void call(SimProcess from, SimProcess to, Delivery delivery, long timeoutMs, Service<R> service,
      Consumer<@Nullable R> done) {
    call(from, to, delivery, timeoutMs, service, done, late -> {});
  }

  /**
   * Asks another process.
   *
   * @param done given the answer, or null when there is none in time; once, unless the caller has died
   * @param late given every other answer: one that comes too late, and those to copies of the request
   */
  <R> void call(SimProcess from, SimProcess to, Delivery delivery, long timeoutMs, Service<R> service,
      Consumer<@Nullable R> done, Consumer<R> late) {
    Exchange<R> exchange = new Exchange<>(from, done, late);
    network.send(from.address(), to.address(), () -> {
      if (!to.isUp()) {
        if (random.chance(REFUSAL_IS_NOTICED)) {
          scheduler.after(1_000, () -> exchange.finish(null));
        }
      } else if (delivery == Delivery.ANY || !exchange.served) {
        exchange.served = true;
        int life = to.incarnation();
        to.act(() -> service.serve(answer -> {
          if (life == to.incarnation()) {
            network.send(to.address(), from.address(), () -> exchange.answered(answer));
          }
        }));
      }
    });
    scheduler.after(from.clock().toSimulatedUs(timeoutMs), () -> exchange.finish(null));
  }

  private static final class Exchange<R> {
    private final SimProcess from;
    private final int life;
    private final Consumer<@Nullable R> done;
    private final Consumer<R> late;
    private boolean served;
    private boolean finished;

    Exchange(SimProcess from, Consumer<@Nullable R> done, Consumer<R> late) {
      this.from = from;
      this.life = from.incarnation();
      this.done = done;
      this.late = late;
    }

    void answered(R answer) {
      if (finished && life == from.incarnation()) {
        from.act(() -> late.accept(answer));
      } else {
        finish(answer);
      }
    }

    void finish(@Nullable R answer) {
      if (!finished && life == from.incarnation()) {
        finished = true;
        from.act(() -> done.accept(answer));
      }
    }
  }
}
