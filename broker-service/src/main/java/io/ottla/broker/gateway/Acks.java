package io.ottla.broker.gateway;

/** What a produce waits for (P8). */
public enum Acks {
  /** Nothing: the answer carries no offsets. */
  NONE(0),
  /** The leader's append; durable there in {@code sync} mode. */
  LEADER(1),
  /** The high watermark has passed the records: durable on every in-sync replica in {@code sync} mode. */
  ALL(-1);

  private final int wireValue;

  Acks(int wireValue) {
    this.wireValue = wireValue;
  }

  /** The number used between nodes, as in Kafka. */
  public int wireValue() {
    return wireValue;
  }

  /** The inverse of {@link #wireValue()}. */
  public static Acks ofWireValue(int value) {
    return switch (value) {
      case 0 -> NONE;
      case 1 -> LEADER;
      case -1 -> ALL;
      default -> throw new IllegalArgumentException("acks " + value + " is not 0, 1 or -1");
    };
  }
}
