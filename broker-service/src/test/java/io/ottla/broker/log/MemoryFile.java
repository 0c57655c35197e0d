package io.ottla.broker.log;

import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Random;

/** A file of {@link MemoryDisk}: what a running process sees, and what a power cut is sure to leave. */
final class MemoryFile {
  /** Small, so that batches of a few records lie across several. */
  private static final int PAGE = 64;

  private final MemoryDisk disk;
  private final MemoryDisk.Directory directory;
  private volatile String name;
  byte[] current = {};
  private byte[] forced = {};
  /** The lowest size since the last force: bytes from there on may be old, new or missing after a power cut. */
  private int lowest;

  MemoryFile(MemoryDisk disk, MemoryDisk.Directory directory, String name) {
    this.disk = disk;
    this.directory = directory;
    this.name = name;
  }

  /** Forced bytes stay; of the others any prefix does, ending in zeros or in what was there before. */
  void losePower(Random random) {
    int keep = lowest + random.nextInt(Math.max(current.length, forced.length) - lowest + 1);
    byte[] left = Arrays.copyOf(Arrays.copyOf(current, Math.min(keep, current.length)), keep);
    // Writes reach the disk in any order: from some point on it holds what was there before, if anything.
    int written = Math.min(keep, current.length);
    int from = random.nextInt(3) == 0 ? lowest + random.nextInt(written - lowest + 1) : written;
    for (int i = from; i < keep; i++) {
      left[i] = i < forced.length ? forced[i] : 0;
    }
    if (random.nextInt(3) == 0) {
      losePages(left, random);
    }
    current = left;
    forced = left;
    lowest = left.length;
  }

  /** Pages reach the disk in any order too: of those that are not forced some do, and leave holes before them. */
  private void losePages(byte[] left, Random random) {
    for (int page = lowest / PAGE * PAGE; page < left.length; page += PAGE) {
      if (random.nextInt(4) == 0) {
        for (int i = Math.max(page, lowest); i < Math.min(page + PAGE, left.length); i++) {
          left[i] = i < forced.length ? forced[i] : 0;
        }
      }
    }
  }

  /** A handle of the file under the name it was found by. */
  SegmentFile handle(String foundAs) {
    name = foundAs;
    return new Handle();
  }

  private final class Handle implements SegmentFile {
    private volatile boolean closed;

    private void checkOpen() throws ClosedChannelException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() throws IOException {
      synchronized (disk) {
        checkOpen();
        return current.length;
      }
    }

    @Override
    public void append(ByteBuffer source) throws IOException {
      synchronized (disk) {
        checkOpen();
        disk.failWriteIfAsked();
        int wanted = source.remaining();
        int room = disk.takeRoom(wanted);
        int at = current.length;
        current = Arrays.copyOf(current, at + room);
        source.get(current, at, room);
        if (room < wanted) {
          throw new StorageFullException("no room for " + wanted + " bytes",
              new IOException("No space left on device"));
        }
        disk.step();
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (disk) {
        checkOpen();
        disk.failReadIfAsked();
        int count = (int) Math.max(0, Math.min(target.remaining(), current.length - position));
        if (count > 0) {
          target.put(current, (int) position, count);
        }
        return count;
      }
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
      ByteBuffer bytes;
      synchronized (disk) {
        checkOpen();
        int size = (int) Math.max(0, Math.min(count, current.length - position));
        bytes = ByteBuffer.wrap(Arrays.copyOfRange(current, (int) position, (int) position + size));
      }
      return target.write(bytes);
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (disk) {
        checkOpen();
        if (size > current.length) {
          throw new IllegalArgumentException("cannot cut " + current.length + " bytes to " + size);
        }
        disk.step();
        current = Arrays.copyOf(current, (int) size);
        lowest = Math.min(lowest, current.length);
        disk.step();
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (disk) {
        checkOpen();
        disk.failForceIfAsked();
        disk.step();
        forced = current.clone();
        lowest = forced.length;
        disk.step();
      }
    }

    @Override
    public void renameTo(String newName) throws IOException {
      checkOpen();
      directory.rename(MemoryFile.this, name, newName);
      name = newName;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
