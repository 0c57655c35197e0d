package io.ottla.sim;

import java.util.function.BiConsumer;

/**
 * A bag of messages between numbered nodes: each may be lost, repeated, delayed and so overtaken; links can be cut one way or both.
 *
 * @param <M> messages
 */
public final class SimNetwork<M> {
  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final BiConsumer<Integer, M> receiver;
  private final boolean[][] cut;
  private Weather weather = Weather.CALM;

  /** A network of nodes {@code 0 .. nodes - 1}; the receiver is told node and message. */
  public SimNetwork(EventScheduler scheduler, SeededRandom random, int nodes, BiConsumer<Integer, M> receiver) {
    this.scheduler = scheduler;
    this.random = random;
    this.receiver = receiver;
    this.cut = new boolean[nodes][nodes];
  }

  /** Changes the conditions for messages sent from now on. */
  public void weather(Weather now) {
    weather = now;
  }

  /** Cuts or restores one direction of a link; messages on their way are lost too when it is cut. */
  public void cut(int from, int to, boolean isCut) {
    cut[from][to] = isCut;
  }

  /** Restores every link. */
  public void heal() {
    for (boolean[] row : cut) {
      java.util.Arrays.fill(row, false);
    }
  }

  /** Whether messages get through in this direction. */
  public boolean isOpen(int from, int to) {
    return !cut[from][to];
  }

  /** Sends, perhaps. */
  public void send(int from, int to, M message) {
    int copies = random.chance(weather.lossRate) ? 0 : random.chance(weather.repeatRate) ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      scheduler.after(delayUs(), () -> {
        if (!cut[from][to]) {
          receiver.accept(to, message);
        }
      });
    }
  }

  private long delayUs() {
    return random.chance(weather.burstRate) ? random.between(0, weather.burstDelayUs)
        : random.between(weather.minDelayUs, weather.maxDelayUs);
  }

  /**
   * Conditions on every link.
   *
   * @param lossRate probability of losing a message
   * @param repeatRate probability of delivering it twice
   * @param minDelayUs shortest ordinary delay
   * @param maxDelayUs longest ordinary delay
   * @param burstRate probability of an extraordinary delay
   * @param burstDelayUs longest extraordinary delay
   */
  public record Weather(double lossRate, double repeatRate, long minDelayUs, long maxDelayUs, double burstRate,
      long burstDelayUs) {
    /** A local network on a good day. */
    public static final Weather CALM = new Weather(0, 0, 100, 2000, 0, 0);
  }
}
