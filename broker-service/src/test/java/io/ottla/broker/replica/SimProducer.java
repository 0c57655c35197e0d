package io.ottla.broker.replica;

import java.nio.ByteBuffer;
import java.util.Random;

import org.jspecify.annotations.Nullable;

import io.ottla.common.error.ErrorCode;

/**
 * An idempotent producer of the simulation: one batch in flight, sent again under the same sequence to whoever is said to lead until it is
 * acknowledged, or given up and followed by another epoch (P37). It does what a broker's lane does; see there for the reasons.
 */
final class SimProducer {
  /** What surrounds it. */
  interface World {
    /** Delivers a batch to the present leader, or to one that was, perhaps late, twice or never; so does it with the answer. */
    void produce(ByteBuffer batch, long payload, java.util.function.Consumer<Answer> reply);

    void after(long delayMs, Runnable action);

    long nowMs();

    long nextPayload();

    /** Whether new records may still be begun. */
    boolean open();

    ReplicationSim.Violation violation(String what);
  }

  /** What a leader says to an append. */
  record Answer(@Nullable ErrorCode refusal, long offset) {}

  private static final long GIVE_UP_MS = 3_000;

  private final World world;
  private final Random random;
  private final long id;
  private short epoch;
  private int sequence;
  private long payload = -1;
  private long begunMs;
  private int attempts;
  private int acknowledged;
  private int givenUp;

  SimProducer(World world, Random random, long id) {
    this.world = world;
    this.random = random;
    this.id = id;
    // Near the end of all sequences, so that they wrap in many runs.
    this.sequence = random.nextBoolean() ? 0 : Integer.MAX_VALUE - random.nextInt(20);
  }

  /** Begins the next record. */
  void next() {
    if (world.open()) {
      payload = world.nextPayload();
      begunMs = world.nowMs();
      send();
    }
  }

  private void send() {
    long sent = payload;
    attempts++;
    int attempt = attempts;
    world.produce(FakeReplicaLog.batch(sent, id, epoch, sequence), sent, answer -> onAnswer(sent, answer));
    world.after(60 + random.nextInt(300), () -> {
      if (payload == sent && attempt == attempts) {
        onSilence();
      }
    });
  }

  private void onSilence() {
    if (world.nowMs() - begunMs < GIVE_UP_MS) {
      send();
      return;
    }
    givenUp++;
    epoch++;
    sequence = 0;
    next();
  }

  private void onAnswer(long of, Answer answer) {
    if (payload != of) {
      return;
    }
    ErrorCode refusal = answer.refusal();
    if (refusal == null) {
      acknowledged++;
      sequence = (sequence + 1) & Integer.MAX_VALUE;
      payload = -1;
      world.after(10 + random.nextInt(80), this::next);
    } else if (refusal == ErrorCode.DUPLICATE_SEQUENCE || refusal == ErrorCode.INVALID_PRODUCER_EPOCH) {
      throw world.violation("P37: " + refusal + " for producer " + id + " epoch " + epoch + " sequence " + sequence);
    }
    // Any other refusal is as good as silence: the timer sends again. A deposed leader may lack what came before.
  }

  int acknowledged() {
    return acknowledged;
  }

  int givenUp() {
    return givenUp;
  }
}
