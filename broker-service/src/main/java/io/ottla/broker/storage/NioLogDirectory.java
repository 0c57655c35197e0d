package io.ottla.broker.storage;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A data directory on disk:
 *
 * <pre>
 * directory.metadata                     directory id, cluster id, broker id
 * .lock                                  held by the process that uses it
 * recovery-point-checkpoint  high-watermark-checkpoint  clean-shutdown  ...
 * &lt;topic id&gt;-&lt;partition&gt;/                one replica
 *   partition.metadata                   topic id, partition, topic name, replica incarnation
 *   00000000000000000000.log  .index     segments, named by their base offset
 *   leader-epoch-checkpoint  log-start-checkpoint
 * &lt;topic id&gt;-&lt;partition&gt;.new             being created    } finished or removed at the next start
 * &lt;topic id&gt;-&lt;partition&gt;.&lt;n&gt;.deleted       being removed    }
 * &lt;any name&gt;.&lt;n&gt;.stray                   set aside and kept
 * </pre>
 *
 * Names are made from ids only, so no topic name can lead outside (M6).
 */
public final class NioLogDirectory implements LogDirectory {
  private static final String LOCK_FILE = ".lock";
  private static final String DIRECTORY_METADATA = "directory.metadata";
  private static final String PARTITION_METADATA = "partition.metadata";
  private static final String NEW_SUFFIX = ".new";
  private static final String DELETED_SUFFIX = ".deleted";
  private static final String STRAY_SUFFIX = ".stray";
  private static final Pattern REPLICA_NAME = Pattern.compile("[0-9a-f-]{36}-[0-9]+(\\..*)?");

  private final Path root;
  private final Reserve reserve;
  private final Checkpoints checkpoints;
  private final FileChannel lockChannel;
  private final UUID directoryId;

  private NioLogDirectory(Path root, FileChannel lockChannel, UUID directoryId) throws IOException {
    this.root = root;
    this.reserve = new Reserve(root);
    this.checkpoints = new Checkpoints(root, reserve);
    reserve.fill();
    this.lockChannel = lockChannel;
    this.directoryId = directoryId;
  }

  /**
   * Opens a data directory, formatting it if it holds no logs or does not exist.
   *
   * @param newDirectoryId the id it gets if it is formatted now
   * @throws ForeignDirectoryException if another process uses it, or it belongs to another cluster or broker, or holds logs but no readable
   *     metadata
   */
  public static NioLogDirectory open(Path root, String clusterId, int brokerId, UUID newDirectoryId)
      throws IOException {
    Files.createDirectories(root);
    FileChannel lockChannel = lock(root);
    try {
      Checkpoints checkpoints = new Checkpoints(root);
      byte[] content = checkpoints.readCheckpoint(DIRECTORY_METADATA);
      Map<String, String> stored = MetadataText.decode(content);
      if (stored == null) {
        requireNoLogs(root, content != null);
        format(root, checkpoints, clusterId, brokerId, newDirectoryId);
        return new NioLogDirectory(root, lockChannel, newDirectoryId);
      }
      requireSame(root, "cluster.id", clusterId, stored);
      requireSame(root, "broker.id", Integer.toString(brokerId), stored);
      return new NioLogDirectory(root, lockChannel,
          UUID.fromString(Objects.requireNonNull(stored.get("directory.id"))));
    } catch (IOException e) {
      lockChannel.close();
      throw e;
    }
  }

  /** The cluster a formatted data directory belongs to, or null if it is not formatted, or cannot say. Takes no lock. */
  public static @Nullable String clusterIdOf(Path root) throws IOException {
    Map<String, String> stored = MetadataText.decode(new Checkpoints(root).readCheckpoint(DIRECTORY_METADATA));
    return stored == null ? null : stored.get("cluster.id");
  }

  private static FileChannel lock(Path root) throws IOException {
    FileChannel channel = FileChannel.open(root.resolve(LOCK_FILE), StandardOpenOption.CREATE,
        StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new ForeignDirectoryException("data directory " + root + " is in use by another broker");
    }
    return channel;
  }

  /** Logs without an identity are not ours to take over or to write beside (Q46). */
  private static void requireNoLogs(Path root, boolean metadataDamaged) throws IOException {
    if (metadataDamaged || !directories(root).isEmpty()) {
      throw new ForeignDirectoryException("data directory " + root + " is not new, but its " + DIRECTORY_METADATA
          + " is missing or damaged");
    }
  }

  private static void format(Path root, Checkpoints checkpoints, String clusterId, int brokerId, UUID id)
      throws IOException {
    checkpoints.writeCheckpoint(DIRECTORY_METADATA, MetadataText.encode(new TreeMap<>(Map.of("version", "1",
        "directory.id", id.toString(), "cluster.id", clusterId, "broker.id", Integer.toString(brokerId)))));
    Path parent = root.toAbsolutePath().getParent();
    if (parent != null) {
      Checkpoints.force(parent);
    }
  }

  private static void requireSame(Path root, String name, String expected, Map<String, String> stored)
      throws IOException {
    if (!expected.equals(stored.get(name))) {
      throw new ForeignDirectoryException("data directory " + root + " belongs to " + name + " " + stored.get(name)
          + ", not " + expected);
    }
  }

  @Override
  public UUID directoryId() {
    return directoryId;
  }

  @Override
  public Scan scan() throws IOException {
    List<PartitionDirectory> partitions = new ArrayList<>();
    List<String> setAside = new ArrayList<>();
    for (Path path : directories(root)) {
      String name = name(path);
      if (name.endsWith(NEW_SUFFIX) || name.endsWith(DELETED_SUFFIX)) {
        remove(path);
      } else if (!name.endsWith(STRAY_SUFFIX)) {
        PartitionMetadata metadata = readMetadata(path);
        if (metadata != null && directoryName(metadata.id()).equals(name)) {
          partitions.add(new NioPartitionDirectory(path, metadata, reserve));
        } else {
          setAside.add(moveAway(path, STRAY_SUFFIX));
        }
      }
    }
    return new Scan(partitions, setAside);
  }

  /** Directories of replicas, finished or not, ordered by name. Whatever else lies here is left alone. */
  private static List<Path> directories(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path entry : entries) {
        if (REPLICA_NAME.matcher(name(entry)).matches()) {
          found.add(entry);
        }
      }
    }
    found.sort(null);
    return found;
  }

  private static @Nullable PartitionMetadata readMetadata(Path path) throws IOException {
    Map<String, String> values = MetadataText.decode(new Checkpoints(path).readCheckpoint(PARTITION_METADATA));
    if (values == null) {
      return null;
    }
    UUID topicId = UUID.fromString(Objects.requireNonNull(values.get("topic.id")));
    int partition = Integer.parseInt(Objects.requireNonNull(values.get("partition")));
    return new PartitionMetadata(new TopicIdPartition(topicId, partition),
        Objects.requireNonNull(values.get("topic.name")),
        UUID.fromString(Objects.requireNonNull(values.get("replica.incarnation"))));
  }

  @Override
  public synchronized PartitionDirectory create(PartitionMetadata metadata) throws IOException {
    try {
      return createUnlessFull(metadata);
    } catch (IOException e) {
      throw NioSegmentFile.isNoRoom(e) ? new StorageFullException("no room to create a log in " + root, e) : e;
    }
  }

  private PartitionDirectory createUnlessFull(PartitionMetadata metadata) throws IOException {
    Path path = root.resolve(directoryName(metadata.id()));
    if (Files.exists(path)) {
      throw new IOException(path + " exists already");
    }
    Path unfinished = root.resolve(directoryName(metadata.id()) + NEW_SUFFIX);
    if (Files.exists(unfinished)) {
      remove(unfinished);
    }
    Files.createDirectory(unfinished);
    new Checkpoints(unfinished).writeCheckpoint(PARTITION_METADATA, MetadataText.encode(new TreeMap<>(Map.of("version",
        "1", "topic.id", metadata.id().topicId().toString(), "partition", Integer.toString(metadata.id().partition()),
        "topic.name", metadata.topicName(), "replica.incarnation", metadata.replicaIncarnation().toString()))));
    Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
    Checkpoints.force(root);
    return new NioPartitionDirectory(path, metadata, reserve);
  }

  @Override
  public synchronized void delete(TopicIdPartition id) throws IOException {
    String moved = moveAway(root.resolve(directoryName(id)), DELETED_SUFFIX);
    remove(root.resolve(moved));
  }

  @Override
  public synchronized void setAside(TopicIdPartition id) throws IOException {
    moveAway(root.resolve(directoryName(id)), STRAY_SUFFIX);
  }

  /** Renames durably to the first free name with this suffix, and returns the name. */
  private String moveAway(Path path, String suffix) throws IOException {
    int number = 0;
    Path target = root.resolve(name(path) + "." + number + suffix);
    while (Files.exists(target)) {
      number++;
      target = root.resolve(name(path) + "." + number + suffix);
    }
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    Checkpoints.force(root);
    return name(target);
  }

  private static void remove(Path path) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(path);
  }

  private static String directoryName(TopicIdPartition id) {
    return id.topicId() + "-" + id.partition();
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  @Override
  public byte @Nullable [] readCheckpoint(String name) throws IOException {
    return checkpoints.readCheckpoint(name);
  }

  @Override
  public void writeCheckpoint(String name, byte[] content) throws IOException {
    checkpoints.writeCheckpoint(name, content);
    reserve.fill();
  }

  @Override
  public void deleteCheckpoint(String name) throws IOException {
    checkpoints.deleteCheckpoint(name);
  }

  @Override
  public void close() throws IOException {
    lockChannel.close();
  }
}
