package io.ottla.broker.storage;

import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.fault.NodeFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A segment file in a {@link FaultyLogDirectory}. While unforced writes are to be lost, what is appended or cut stays in memory and reaches
 * the file with the next force, so that a SIGKILL takes it away; a close counts as the moment at which an operating system got round to
 * writing. The force itself happens outside the lock, as others append meanwhile. Thread rule of {@link SegmentFile}.
 */
final class FaultySegmentFile implements SegmentFile {
  private final SegmentFile disk;
  private final NodeFaults faults;
  /** Bytes of the file that are in force; whatever it holds beyond them was cut. Guarded by this, as the others. */
  private long kept;
  private byte[] tail = new byte[0];
  private int tailLength;
  private boolean closed;

  FaultySegmentFile(SegmentFile disk, NodeFaults faults) throws IOException {
    this.disk = disk;
    this.faults = faults;
    this.kept = disk.size();
  }

  @Override
  public String name() {
    return disk.name();
  }

  @Override
  public synchronized long size() {
    return kept + tailLength;
  }

  @Override
  public synchronized void append(ByteBuffer source) throws IOException {
    requireOpen();
    if (faults.storage().full()) {
      throw new StorageFullException("no room to write " + name(), new IOException("No space left on device (fault)"));
    }
    if (!faults.storage().dropUnforced()) {
      writeBack();
      disk.append(source);
      kept = disk.size();
      return;
    }
    int count = source.remaining();
    if (tail.length < tailLength + count) {
      tail = Arrays.copyOf(tail, Math.max(tailLength + count, tail.length * 2));
    }
    source.get(tail, tailLength, count);
    tailLength += count;
    if (ThreadLocalRandom.current().nextInt(100) < faults.storage().writeBackPercent() && disk.size() == kept) {
      writeBackFirst(ThreadLocalRandom.current().nextInt(tailLength + 1));
    }
  }

  /** A part of what was appended reaches the file without a force, as far as any byte. */
  private void writeBackFirst(int count) throws IOException {
    disk.append(ByteBuffer.wrap(tail, 0, count));
    System.arraycopy(tail, count, tail, 0, tailLength - count);
    tailLength -= count;
    kept = disk.size();
  }

  @Override
  public synchronized int read(ByteBuffer target, long position) throws IOException {
    int read = 0;
    if (position < kept) {
      int limit = target.limit();
      target.limit((int) Math.min(limit, target.position() + kept - position));
      read = disk.read(target, position);
      target.limit(limit);
    }
    long inTail = position + read - kept;
    if (inTail >= 0 && inTail < tailLength) {
      int count = (int) Math.min(target.remaining(), tailLength - inTail);
      target.put(tail, (int) inTail, count);
      read += count;
    }
    return read;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    ByteBuffer fromTail;
    synchronized (this) {
      if (position < kept) {
        fromTail = null;
        count = Math.min(count, kept - position);
      } else {
        int from = (int) Math.min(tailLength, position - kept);
        fromTail = ByteBuffer.wrap(Arrays.copyOfRange(tail, from, (int) Math.min(tailLength, from + count)));
      }
    }
    return fromTail == null ? disk.transferTo(position, count, target) : target.write(fromTail);
  }

  @Override
  public synchronized void truncate(long size) throws IOException {
    if (size > kept + tailLength) {
      throw new IllegalArgumentException("cannot cut " + name() + " of " + size() + " bytes to " + size);
    }
    tailLength = (int) Math.max(0, size - kept);
    kept = Math.min(kept, size);
    if (!faults.storage().dropUnforced()) {
      writeBack();
    }
  }

  @Override
  public void force() throws IOException {
    faults.beforeForce();
    synchronized (this) {
      requireOpen();
      writeBack();
    }
    disk.force();
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void writeBack() throws IOException {
    if (disk.size() > kept) {
      disk.truncate(kept);
    }
    if (tailLength > 0) {
      disk.append(ByteBuffer.wrap(tail, 0, tailLength));
      kept = disk.size();
      tailLength = 0;
    }
  }

  @Override
  public void renameTo(String newName) throws IOException {
    disk.renameTo(newName);
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      writeBack();
      closed = true;
    }
    disk.close();
  }
}
