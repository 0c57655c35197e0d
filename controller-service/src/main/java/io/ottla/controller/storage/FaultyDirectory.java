package io.ottla.controller.storage;

import io.ottla.common.fault.NodeFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A directory on a disk that does wrong when a test says so: forces are late or fail, there is no room, and what files were not forced to keep
 * is lost with the process. Names of files change at once. Thread rules of {@link Directory} and {@link DiskFile}.
 */
final class FaultyDirectory implements Directory {
  private final Directory disk;
  private final NodeFaults faults;
  /** What is not forced belongs to the file and not to who opened it. */
  private final Map<String, UnforcedPages> unforced = new ConcurrentHashMap<>();

  private FaultyDirectory(Directory disk, NodeFaults faults) {
    this.disk = disk;
    this.faults = faults;
  }

  /** The directory itself, unless faults can be switched on. */
  static Directory over(Directory disk, NodeFaults faults) {
    return faults.isEnabled() ? new FaultyDirectory(disk, faults) : disk;
  }

  @Override
  public String path() {
    return disk.path();
  }

  @Override
  public List<String> names() {
    return disk.names();
  }

  @Override
  public boolean exists(String name) {
    return disk.exists(name);
  }

  @Override
  public DiskFile open(String name) {
    DiskFile file = disk.open(name);
    return new FaultyFile(file, unforced.computeIfAbsent(name, _ -> new UnforcedPages(file.size())));
  }

  @Override
  public void rename(String from, String to) {
    disk.rename(from, to);
    UnforcedPages moved = unforced.remove(from);
    if (moved == null) {
      unforced.remove(to);
    } else {
      unforced.put(to, moved);
    }
  }

  @Override
  public void delete(String name) {
    disk.delete(name);
    unforced.remove(name);
  }

  @Override
  public void force() {
    beforeForce();
    disk.force();
  }

  private void beforeForce() {
    try {
      faults.beforeForce();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class FaultyFile implements DiskFile {
    private final DiskFile file;
    private final UnforcedPages pages;

    FaultyFile(DiskFile file, UnforcedPages pages) {
      this.file = file;
      this.pages = pages;
    }

    @Override
    public long size() {
      return pages.size();
    }

    @Override
    public void write(ByteBuffer bytes, long position) {
      if (faults.storage().full()) {
        throw new UncheckedIOException(new IOException("No space left on device (fault)"));
      }
      pages.write(file, bytes, position);
      if (!faults.storage().dropUnforced()) {
        pages.writeBack(file);
      } else if (ThreadLocalRandom.current().nextInt(100) < faults.storage().writeBackPercent()) {
        pages.writeBackSome(file, ThreadLocalRandom.current());
      }
    }

    @Override
    public int read(ByteBuffer into, long position) {
      return pages.read(file, into, position);
    }

    @Override
    public void truncate(long size) {
      pages.truncate(file, size);
      if (!faults.storage().dropUnforced()) {
        pages.writeBack(file);
      }
    }

    @Override
    public void force() {
      beforeForce();
      pages.writeBack(file);
      file.force();
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
