package io.ottla.sim.quorum;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The state machine: a digest of everything applied, and registers that the entries write. One form in bytes for one state (Q35). */
final class SimState {
  private static final int REGISTERS = 8;

  private long index;
  private long term;
  private long digest;
  private final long[] registers = new long[REGISTERS];

  /** Index of the entry applied last. */
  long index() {
    return index;
  }

  /** Its term. */
  long term() {
    return term;
  }

  /** Digest of all entries up to it: that of the log's chain. */
  long digest() {
    return digest;
  }

  /** Digest of the whole state. */
  long hash() {
    return SeededRandom.mix(digest ^ Arrays.hashCode(registers)) + index;
  }

  void apply(LogEntry entry) {
    index++;
    term = entry.term();
    digest = Frame.after(digest, entry).digest();
    if (entry.type() == EntryType.DATA) {
      long id = ByteBuffer.wrap(entry.payload()).getLong();
      registers[(int) (id % REGISTERS)] += id;
    }
  }

  /** All of it, and as many bytes of ballast, which depend on the state too. */
  byte[] toBytes(int ballast) {
    ByteBuffer bytes = ByteBuffer.allocate((3 + REGISTERS) * Long.BYTES + ballast);
    bytes.putLong(index).putLong(term).putLong(digest);
    for (long register : registers) {
      bytes.putLong(register);
    }
    for (long noise = digest; bytes.hasRemaining(); noise = SeededRandom.mix(noise + 1)) {
      bytes.put((byte) noise);
    }
    return bytes.array();
  }

  /** The state that these bytes say; their ballast must be the one they had. */
  static SimState of(byte[] bytes) {
    var state = new SimState();
    ByteBuffer from = ByteBuffer.wrap(bytes);
    state.index = from.getLong();
    state.term = from.getLong();
    state.digest = from.getLong();
    for (int at = 0; at < REGISTERS; at++) {
      state.registers[at] = from.getLong();
    }
    if (!Arrays.equals(state.toBytes(from.remaining()), bytes)) {
      throw new IllegalArgumentException("state at " + state.index + " has other bytes than it should");
    }
    return state;
  }
}
