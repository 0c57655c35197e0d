package io.ottla.controller.storage;

import java.nio.ByteBuffer;

/**
 * An open file that its owner may let go of while others read it: it is closed when the last of them is done. Any thread; no I/O happens
 * under the lock.
 */
final class SharedFile {
  private final DiskFile file;
  private int users = 1;

  /** The caller is the owner and will {@link #release} it. */
  SharedFile(DiskFile file) {
    this.file = file;
  }

  /** The file, for its owner. */
  DiskFile disk() {
    return file;
  }

  /** False when the file was let go; otherwise it stays open until {@link #release}. */
  synchronized boolean acquire() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  void release() {
    if (countDown()) {
      file.close();
    }
  }

  private synchronized boolean countDown() {
    if (users == 0) {
      throw new IllegalStateException("released more often than acquired");
    }
    users--;
    return users == 0;
  }

  /** As {@link DiskFile#read}, by whoever has acquired the file. */
  int read(ByteBuffer into, long position) {
    return file.read(into, position);
  }
}
