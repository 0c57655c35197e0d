package io.ottla.controller.storage;

import io.ottla.controller.raft.SnapshotId;
import java.nio.ByteBuffer;

/** A snapshot that arrives in pieces (Q34), in a temporary file. For the storage thread. */
final class IncomingSnapshot {
  private final SnapshotId id;
  private final DiskFile file;
  private long position;
  private long forcedTo;

  IncomingSnapshot(SnapshotId id, DiskFile file) {
    this.id = id;
    this.file = file;
  }

  SnapshotId id() {
    return id;
  }

  DiskFile file() {
    return file;
  }

  /** Where the next piece begins. */
  long position() {
    return position;
  }

  String temporaryName() {
    return SnapshotName.of(id) + SnapshotName.RECEIVING;
  }

  void append(byte[] bytes) {
    file.write(ByteBuffer.wrap(bytes), position);
    position += bytes.length;
    if (position - forcedTo >= SnapshotOutput.FORCE_EVERY_BYTES) {
      file.force();
      forcedTo = position;
    }
  }
}
