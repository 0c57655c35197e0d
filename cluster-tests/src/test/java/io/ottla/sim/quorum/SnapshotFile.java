package io.ottla.sim.quorum;

import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A snapshot as bytes: header with its id and the voters, the state, a footer that proves it whole (Q32).
 *
 * @param snapshot what it says about itself
 * @param state the state in it
 */
record SnapshotFile(Snapshot snapshot, byte[] state) {
  private static final int FIXED = 4 * Long.BYTES;

  static byte[] encode(SnapshotId id, VoterSet voters, byte[] state) {
    byte[] set = voters.encode();
    ByteBuffer bytes = ByteBuffer.allocate(FIXED + set.length + state.length);
    bytes.putLong(id.lastIndex()).putLong(id.lastTerm()).putLong(set.length).put(set).put(state);
    return bytes.putLong(footer(bytes.array())).array();
  }

  private static long footer(byte[] bytes) {
    return SeededRandom.mix(Arrays.hashCode(Arrays.copyOf(bytes, bytes.length - Long.BYTES)));
  }

  /** Empty when the bytes are not a whole snapshot. */
  static Optional<SnapshotFile> decode(byte[] bytes) {
    if (bytes.length < FIXED || ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES) != footer(bytes)) {
      return Optional.empty();
    }
    ByteBuffer from = ByteBuffer.wrap(bytes);
    var id = new SnapshotId(from.getLong(), from.getLong());
    byte[] set = new byte[(int) from.getLong()];
    from.get(set);
    byte[] state = new byte[from.remaining() - Long.BYTES];
    from.get(state);
    return Optional.of(new SnapshotFile(new Snapshot(id, VoterSet.decode(set), bytes.length), state));
  }
}
