package io.ottla.broker.storage;

import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * A segment file over a channel.
 *
 * <p>A channel closes itself for everybody when one thread inside it is interrupted. All operations here name their position, so they can
 * simply be repeated on a new channel; the thread gets its interrupt back afterwards. Only a transfer ends with the interrupt.
 */
final class NioSegmentFile implements SegmentFile {
  /** One operation on the channel. */
  private interface Operation {
    long on(FileChannel channel) throws IOException;
  }

  private volatile Path path;
  private final Object reopenLock = new Object();
  private volatile FileChannel channel;
  private volatile boolean closed;
  private volatile long size;
  private volatile boolean cutSinceForce;

  NioSegmentFile(Path path) throws IOException {
    this.path = path;
    this.channel = open(path);
    this.size = channel.size();
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Override
  public String name() {
    return String.valueOf(path.getFileName());
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void append(ByteBuffer source) throws IOException {
    int from = source.position();
    long at = size;
    try {
      run(target -> {
        source.position(from);
        long position = at;
        while (source.hasRemaining()) {
          position += target.write(source, position);
          size = position;
        }
        return position;
      });
    } catch (IOException e) {
      throw isNoRoom(e) ? new StorageFullException("no room to write " + path, e) : e;
    }
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int from = target.position();
    return (int) run(source -> {
      target.position(from);
      long at = position;
      while (target.hasRemaining()) {
        int read = source.read(target, at);
        if (read < 0) {
          break;
        }
        at += read;
      }
      return at - position;
    });
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    FileChannel current = channel;
    try {
      return current.transferTo(position, count, target);
    } catch (ClosedChannelException e) {
      // How much was sent is unknown, so it cannot be repeated; but others need the file.
      if (!current.isOpen()) {
        reopen(e);
      }
      throw e;
    }
  }

  @Override
  public void truncate(long newSize) throws IOException {
    if (newSize > size) {
      throw new IllegalArgumentException("cannot cut " + path + " of " + size + " bytes to " + newSize);
    }
    cutSinceForce = true;
    run(target -> target.truncate(newSize).size());
    size = newSize;
  }

  @Override
  public void force() throws IOException {
    // A file that only grew needs its data and length; one that was cut needs all of its metadata too.
    boolean metadata = cutSinceForce;
    cutSinceForce = false;
    run(target -> {
      target.force(metadata);
      return 0;
    });
  }

  @Override
  public void renameTo(String newName) throws IOException {
    // Nobody may reopen the old name meanwhile: it would be created.
    synchronized (reopenLock) {
      Path target = path.resolveSibling(newName);
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
      path = target;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (reopenLock) {
      closed = true;
      channel.close();
    }
  }

  private long run(Operation operation) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        FileChannel current = channel;
        try {
          return operation.on(current);
        } catch (ClosedChannelException e) {
          interrupted |= Thread.interrupted();
          reopen(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void reopen(ClosedChannelException cause) throws IOException {
    synchronized (reopenLock) {
      if (closed) {
        throw cause;
      }
      if (!channel.isOpen()) {
        channel = open(path);
      }
    }
  }

  /** Whether the operating system had no room for what was to be written; the other cases say so already. */
  static boolean isNoRoom(IOException e) {
    if (e instanceof StorageFullException) {
      return true;
    }
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left") || message.contains("quota exceeded");
  }
}
