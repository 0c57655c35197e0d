package io.ottla.controller.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A directory in memory that forgets on {@link #crash} what was not forced, as a power cut does (F2, F3). Each page of a file comes back as
 * it was at the last force or after any write since; so holes of zeros appear, old bytes where others had been written, and files that are
 * longer or shorter than what is in them. Unforced changes of names survive or not, in order or not.
 */
final class LossyDirectory implements Directory {
  private static final int SMALL_PAGE = 32;
  /** Of a page that is written again and again, so many versions may come back. */
  private static final int VERSIONS = 6;

  private final Random random;
  private final int pageBytes;
  private TreeMap<String, Inode> durableNames = new TreeMap<>();
  private TreeMap<String, Inode> names = new TreeMap<>();
  private final List<Consumer<Map<String, Inode>>> unforcedNames = new ArrayList<>();
  private int forcesUntilFailure = Integer.MAX_VALUE;
  private int operationsUntilCrash = Integer.MAX_VALUE;
  private int forces;

  /** Pages so small that one frame has several. */
  LossyDirectory(long seed) {
    this(seed, SMALL_PAGE);
  }

  /** @param pageBytes what a disk writes whole or not at all: 512 for a sector, 4096 for a page of the operating system */
  LossyDirectory(long seed, int pageBytes) {
    this.random = new Random(seed);
    this.pageBytes = pageBytes;
  }

  /** The process died at this point. */
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("crash", null, false, false);
    }
  }

  private final class Inode {
    private final List<byte[]> unforced = new ArrayList<>();
    private byte[] durable = new byte[0];
    private byte[] current = new byte[0];

    void change(byte[] content) {
      if (unforced.size() == VERSIONS) {
        unforced.remove(random.nextInt(VERSIONS));
      }
      unforced.add(content);
      current = content;
    }

    void force() {
      durable = current;
      unforced.clear();
    }

    void forget() {
      if (!unforced.isEmpty()) {
        unforced.add(durable);
        byte[] mixed = new byte[anyVersion().length];
        for (int at = 0; at < mixed.length; at += pageBytes) {
          byte[] version = anyVersion();
          System.arraycopy(version, Math.min(at, version.length), mixed, at,
              Math.max(0, Math.min(pageBytes, Math.min(version.length, mixed.length) - at)));
        }
        put(mixed);
      }
    }

    /** The newest is the likeliest. */
    private byte[] anyVersion() {
      return random.nextBoolean() ? current : unforced.get(random.nextInt(unforced.size()));
    }

    void put(byte[] content) {
      current = content.clone();
      force();
    }
  }

  void failForceAfter(int forces) {
    forcesUntilFailure = forces;
  }

  /** Throws {@link Crash} in place of the operation after this many. */
  void crashAfter(int operations) {
    operationsUntilCrash = operations;
  }

  /** Only the process ended: what it had written is still there, forced or not. */
  void restart() {
    operationsUntilCrash = Integer.MAX_VALUE;
  }

  /** Power cut and restart. */
  void crash() {
    restart();
    // File systems with a journal keep the order of such changes; nobody promises it.
    int inOrder = random.nextBoolean() ? random.nextInt(unforcedNames.size() + 1) : 0;
    for (int i = 0; i < unforcedNames.size(); i++) {
      if (inOrder > 0 ? i < inOrder : random.nextBoolean()) {
        unforcedNames.get(i).accept(durableNames);
      }
    }
    unforcedNames.clear();
    names = new TreeMap<>(durableNames);
    names.values().forEach(Inode::forget);
  }

  /** Changes bytes behind everyone's back. */
  void corrupt(String name, Consumer<byte[]> change) {
    Inode inode = inode(name);
    byte[] content = inode.current.clone();
    change.accept(content);
    inode.put(content);
  }

  void put(String name, byte[] content) {
    Inode inode = new Inode();
    inode.put(content);
    names.put(name, inode);
    durableNames.put(name, inode);
  }

  /** All files, to be compared. */
  Map<String, ByteBuffer> copy() {
    Map<String, ByteBuffer> files = new TreeMap<>();
    names.forEach((name, inode) -> files.put(name, ByteBuffer.wrap(inode.current.clone())));
    return files;
  }

  byte[] content(String name) {
    return inode(name).current.clone();
  }

  private Inode inode(String name) {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new UncheckedIOException(new IOException("no file " + name));
    }
    return inode;
  }

  private void operation() {
    if (operationsUntilCrash <= 0) {
      throw new Crash();
    }
    operationsUntilCrash--;
  }

  private void change(Consumer<Map<String, Inode>> change) {
    operation();
    change.accept(names);
    unforcedNames.add(change);
  }

  @Override
  public String path() {
    return "memory";
  }

  @Override
  public List<String> names() {
    return List.copyOf(names.keySet());
  }

  @Override
  public boolean exists(String name) {
    return names.containsKey(name);
  }

  @Override
  public DiskFile open(String name) {
    if (!names.containsKey(name)) {
      Inode inode = new Inode();
      change(map -> map.put(name, inode));
    }
    return new LossyFile(inode(name));
  }

  @Override
  public void rename(String from, String to) {
    Inode inode = inode(from);
    change(map -> {
      map.remove(from);
      map.put(to, inode);
    });
  }

  @Override
  public void delete(String name) {
    inode(name);
    change(map -> map.remove(name));
  }

  @Override
  public void force() {
    countForce();
    unforcedNames.clear();
    durableNames = new TreeMap<>(names);
  }

  private void countForce() {
    operation();
    if (forcesUntilFailure <= 0) {
      throw new UncheckedIOException(new IOException("device error"));
    }
    forcesUntilFailure--;
    forces++;
  }

  /** Forces so far, of files and of the directory. */
  int forces() {
    return forces;
  }

  private final class LossyFile implements DiskFile {
    private final Inode inode;

    LossyFile(Inode inode) {
      this.inode = inode;
    }

    @Override
    public long size() {
      return inode.current.length;
    }

    @Override
    public void write(ByteBuffer bytes, long position) {
      operation();
      int end = (int) position + bytes.remaining();
      byte[] content = Arrays.copyOf(inode.current, Math.max(end, inode.current.length));
      bytes.get(content, (int) position, bytes.remaining());
      inode.change(content);
    }

    @Override
    public int read(ByteBuffer into, long position) {
      int count = (int) Math.max(0, Math.min(into.remaining(), inode.current.length - position));
      into.put(inode.current, (int) position, count);
      return count;
    }

    @Override
    public void truncate(long size) {
      operation();
      if (size < inode.current.length) {
        inode.change(Arrays.copyOf(inode.current, (int) size));
      }
    }

    @Override
    public void force() {
      countForce();
      inode.force();
    }

    @Override
    public void close() {
    }
  }
}
