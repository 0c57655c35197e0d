package io.ottla.controller.raft.port;

import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.Set;

/**
 * Snapshots on disk (Q32 to Q34). A snapshot without a valid footer does not exist: opening a store removes such remains.
 *
 * <p>Threads: {@link #receive}, {@link #complete} and {@link #prune} are called by the storage thread, {@link #write} by the snapshot
 * thread, one call of it at a time and perhaps while the storage thread works; the others by any thread. A method that fails throws
 * {@link java.io.UncheckedIOException}; a failed write or force is final (Q42).
 */
public interface SnapshotStore {
  /** The newest whole snapshot. Answers from memory. */
  Optional<Snapshot> newest();

  /**
   * Bytes of a snapshot's file, exactly as another store would have to receive them.
   *
   * @param id a snapshot that {@link #newest} has named and that has been in use at every {@link #prune} since; any other throws
   *        {@link IllegalArgumentException}
   * @param position from 0 to its size
   * @return at most {@code maxBytes}; fewer only at its end
   */
  byte[] read(SnapshotId id, long position, int maxBytes);

  /** The state in a snapshot, from its first byte; the caller closes it. */
  InputStream openState(SnapshotId id);

  /**
   * Writes a snapshot of a state; durable on return, and the newest unless a newer one exists. An id that exists already is left as it is.
   * What a crash leaves of an unfinished one disappears when the store is opened. An exception of the state's writer is passed on and leaves
   * nothing.
   *
   * @param voters the voter set in force at its last entry
   * @param state writes lines; an unfinished last one throws {@link IllegalArgumentException}
   */
  Snapshot write(SnapshotId id, VoterSet voters, StateWriter state);

  /**
   * Keeps a piece of a snapshot that another node sends; not durable. Position 0 begins a new one and forgets whatever was received before.
   *
   * @param position where the pieces received so far of this very snapshot end; anything else throws
   *        {@link IllegalArgumentException} and changes nothing
   */
  void receive(SnapshotId id, long position, byte[] bytes);

  /**
   * Verifies what was received, header, digest and id, and makes it a snapshot: durable on return.
   *
   * @return empty when it is not whole or not what it claims to be; then nothing of it remains
   */
  Optional<Snapshot> complete(SnapshotId id, long totalBytes);

  /**
   * Removes, of the snapshots up to one, all but the two newest and those in use (Q33). Newer ones stay: whoever decided this did not know of
   * them, and they may be in use by now.
   */
  void prune(SnapshotId upTo, Set<SnapshotId> inUse);

  /** Writes a state into a snapshot. */
  @FunctionalInterface
  interface StateWriter {
    /** Writes all of it, lines that each end with a line feed; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }
}
