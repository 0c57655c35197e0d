package io.ottla.broker.log;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that tells forced from unforced. {@link #losePower} leaves what was forced and an arbitrary part of the rest: a prefix of
 * each file's unforced bytes, possibly followed by zeros or stale bytes, and any subset of unforced creations and removals of files. A power
 * cut can be planned at any step of any operation; it then comes out of that operation as {@link PowerCut}.
 */
public final class MemoryDisk implements LogDirectory {
  /** Thrown where the planned power cut happens. Not an I/O error: nobody may handle it. */
  public static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Map<TopicIdPartition, Directory> partitions = new TreeMap<>();
  private final Map<String, byte[]> checkpoints = new TreeMap<>();
  private int stepsToPowerCut = -1;
  private int stepsDone;
  private long room = Long.MAX_VALUE;
  private final Set<String> unforced = new TreeSet<>();
  private boolean forcesFail;
  private boolean readsFail;
  private boolean writesFail;
  private final UUID id;

  /** The disk of tests that need only one. */
  public MemoryDisk() {
    this(new UUID(0, 1));
  }

  /** A disk with a directory id. */
  public MemoryDisk(UUID id) {
    this.id = id;
  }

  private @Nullable Runnable duringForce;

  /** Plans a power cut after so many more steps; -1 for none. */
  public synchronized void planPowerCut(int steps) {
    stepsToPowerCut = steps;
  }

  /** Steps that could have failed so far. */
  public synchronized int stepsDone() {
    return stepsDone;
  }

  /** Leaves room for so many more bytes. */
  public synchronized void setRoom(long bytes) {
    room = bytes;
  }

  /** Makes every force fail from now on. */
  public synchronized void failForces() {
    forcesFail = true;
  }

  /** Forces work again. */
  public synchronized void repair() {
    forcesFail = false;
  }

  /** Makes every read fail from now on: a bad sector. */
  public synchronized void failReads() {
    readsFail = true;
  }

  /** Makes every write fail from now on, for other reasons than want of room. */
  public synchronized void failWrites() {
    writesFail = true;
  }

  void failReadIfAsked() throws IOException {
    if (readsFail) {
      throw new IOException("Input/output error");
    }
  }

  void failWriteIfAsked() throws IOException {
    if (writesFail) {
      throw new IOException("Input/output error");
    }
  }

  /** Turns one bit of a stored file. */
  public synchronized void rot(TopicIdPartition partition, String file, int position) {
    MemoryFile rotten = Objects.requireNonNull(partitions.get(partition), partition.toString()).file(file);
    rotten.current[position] ^= 4;
  }

  /** Size of a stored file. */
  public synchronized int size(TopicIdPartition partition, String file) {
    return Objects.requireNonNull(partitions.get(partition), partition.toString()).file(file).current.length;
  }

  /** Whether the replica has a directory. */
  public synchronized boolean holds(TopicIdPartition partition) {
    return partitions.containsKey(partition);
  }

  /** Takes a replica's directory away, as somebody who should not have. */
  public synchronized void wipe(TopicIdPartition partition) {
    partitions.remove(partition);
  }

  /** Does something in the middle of the next force, as another thread would. */
  public synchronized void duringNextForce(Runnable action) {
    duringForce = action;
  }

  /** Small files of this name in the replicas' directories are replaced without a force: a power cut may bring back what was there before. */
  public synchronized void doesNotForce(String checkpoint) {
    unforced.add(checkpoint);
  }

  /** What a restart finds after a power cut. Handles opened before must not be used any more. */
  public synchronized void losePower(Random random) {
    stepsToPowerCut = -1;
    partitions.values().forEach(directory -> directory.losePower(random));
  }

  synchronized void step() {
    stepsDone++;
    if (stepsToPowerCut == 0) {
      throw new PowerCut();
    }
    if (stepsToPowerCut > 0) {
      stepsToPowerCut--;
    }
  }

  int takeRoom(int bytes) {
    int taken = (int) Math.min(bytes, room);
    room -= taken;
    return taken;
  }

  void failForceIfAsked() throws IOException {
    Runnable action = duringForce;
    if (action != null) {
      duringForce = null;
      action.run();
    }
    if (forcesFail) {
      throw new IOException("force failed");
    }
  }

  @Override
  public UUID directoryId() {
    return id;
  }

  @Override
  public synchronized Scan scan() {
    return new Scan(List.copyOf(partitions.values()), List.of());
  }

  @Override
  public synchronized PartitionDirectory create(PartitionMetadata metadata) throws IOException {
    if (partitions.containsKey(metadata.id())) {
      throw new IOException(metadata.id() + " exists already");
    }
    failWriteIfAsked();
    step();
    Directory directory = new Directory(metadata);
    partitions.put(metadata.id(), directory);
    step();
    return directory;
  }

  @Override
  public synchronized void delete(TopicIdPartition id) throws IOException {
    step();
    if (partitions.remove(id) == null) {
      throw new IOException(id + " does not exist");
    }
    step();
  }

  @Override
  public void setAside(TopicIdPartition id) throws IOException {
    delete(id);
  }

  @Override
  public synchronized byte @Nullable [] readCheckpoint(String name) {
    return checkpoints.get(name);
  }

  @Override
  public void writeCheckpoint(String name, byte[] content) throws IOException {
    replace(checkpoints, name, content);
  }

  @Override
  public synchronized void deleteCheckpoint(String name) {
    step();
    checkpoints.remove(name);
    step();
  }

  private synchronized void replace(Map<String, byte[]> target, String name, byte[] content) throws IOException {
    failForceIfAsked();
    failWriteIfAsked();
    if (takeRoom(content.length) < content.length) {
      throw new StorageFullException("no room for " + name, new IOException("No space left on device"));
    }
    step();
    target.put(name, content.clone());
    step();
  }

  @Override
  public void close() {
  }

  /** One replica's directory. */
  final class Directory implements PartitionDirectory {
    private final PartitionMetadata metadata;
    private final Map<String, byte[]> small = new TreeMap<>();
    private final Map<String, byte[]> smallBefore = new TreeMap<>();
    final Map<String, MemoryFile> files = new TreeMap<>();
    private Map<String, MemoryFile> forcedFiles = new TreeMap<>();
    /** Since the last force, oldest first. */
    private final List<Rename> renames = new ArrayList<>();

    /** Happens as a whole or not at all. */
    private record Rename(String from, String to, MemoryFile file) {}

    private Directory(PartitionMetadata metadata) {
      this.metadata = metadata;
    }

    /** A name leads to the file or to what it led to before; a renamed file is never lost under both names. */
    private void settleRenames(Random random) {
      for (Rename rename : renames) {
        if (random.nextBoolean()) {
          forcedFiles.remove(rename.from());
          forcedFiles.put(rename.to(), rename.file());
        } else if (files.get(rename.to()) == rename.file()) {
          files.remove(rename.to());
          files.putIfAbsent(rename.from(), rename.file());
          MemoryFile replaced = forcedFiles.get(rename.to());
          if (replaced != null) {
            files.put(rename.to(), replaced);
          }
        }
      }
      renames.clear();
    }

    private void losePower(Random random) {
      settleRenames(random);
      for (String name : unforced) {
        byte[] before = smallBefore.remove(name);
        if (before != null && random.nextBoolean()) {
          small.put(name, before);
        }
      }
      TreeSet<String> names = new TreeSet<>(files.keySet());
      names.addAll(forcedFiles.keySet());
      for (String name : names) {
        MemoryFile now = files.get(name);
        MemoryFile before = forcedFiles.get(name);
        MemoryFile left = random.nextBoolean() ? now : before;
        files.remove(name);
        if (left != null) {
          left.losePower(random);
          files.put(name, left);
        }
      }
      forcedFiles = new TreeMap<>(files);
    }

    /** A file that exists. */
    MemoryFile file(String name) {
      return Objects.requireNonNull(files.get(name), name);
    }

    @Override
    public PartitionMetadata metadata() {
      return metadata;
    }

    @Override
    public List<String> list() {
      synchronized (MemoryDisk.this) {
        return new ArrayList<>(files.keySet());
      }
    }

    @Override
    public SegmentFile open(String name) {
      synchronized (MemoryDisk.this) {
        step();
        return files.computeIfAbsent(name, n -> new MemoryFile(MemoryDisk.this, this, n)).handle(name);
      }
    }

    void rename(MemoryFile file, String from, String to) throws IOException {
      synchronized (MemoryDisk.this) {
        if (files.get(from) != file) {
          throw new IOException(from + " is not there any more");
        }
        step();
        files.remove(from);
        files.put(to, file);
        renames.add(new Rename(from, to, file));
        step();
      }
    }

    @Override
    public void delete(String name) {
      synchronized (MemoryDisk.this) {
        step();
        files.remove(name);
        step();
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (MemoryDisk.this) {
        failForceIfAsked();
        step();
        forcedFiles = new TreeMap<>(files);
        renames.clear();
        step();
      }
    }

    @Override
    public byte @Nullable [] readCheckpoint(String name) {
      synchronized (MemoryDisk.this) {
        return small.get(name);
      }
    }

    @Override
    public void writeCheckpoint(String name, byte[] content) throws IOException {
      byte[] before = small.get(name);
      replace(small, name, content);
      if (before != null) {
        smallBefore.put(name, before);
      }
    }

    @Override
    public void deleteCheckpoint(String name) {
      synchronized (MemoryDisk.this) {
        step();
        small.remove(name);
        step();
      }
    }
  }
}
