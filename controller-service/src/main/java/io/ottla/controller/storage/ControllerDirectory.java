package io.ottla.controller.storage;

import io.ottla.common.config.ConfigException;
import io.ottla.controller.formation.FormationStore;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.port.QuorumStateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A controller's directory: identity, log, term and vote, held by one process at a time. Its files are {@value MetaProperties#NAME},
 * {@value FileQuorumStateStore#NAME}, the log's segments, and {@value DurableHint#NAME}.
 */
public final class ControllerDirectory implements FormationStore, AutoCloseable {
  private static final String LOCK_NAME = ".lock";

  private final Directory directory;
  private final int nodeId;
  private final @Nullable FileChannel lockFile;

  ControllerDirectory(Directory directory, int nodeId, @Nullable FileChannel lockFile) {
    this.directory = directory;
    this.nodeId = nodeId;
    this.lockFile = lockFile;
  }

  /**
   * Opens the directory, making it when needed, and checks that it is this node's.
   *
   * @param configuredClusterId the setting {@code cluster.id}, or null
   * @throws ConfigException when another process has it, or it belongs to another node or cluster
   * @throws StorageCorruptionException when its files are damaged or incomplete
   */
  public static ControllerDirectory open(Path path, int nodeId, @Nullable String configuredClusterId) {
    try {
      createDurably(path.toAbsolutePath().normalize());
      FileChannel channel = FileChannel.open(path.resolve(LOCK_NAME), StandardOpenOption.CREATE,
          StandardOpenOption.WRITE);
      if (!lock(channel)) {
        channel.close();
        throw new ConfigException("metadata.log.dir=" + path + " is in use by another process; stop that one first");
      }
      ControllerDirectory opened = new ControllerDirectory(new NioDirectory(path), nodeId, channel);
      opened.check(configuredClusterId);
      return opened;
    } catch (IOException e) {
      throw new ConfigException("metadata.log.dir=" + path + " cannot be used: " + e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void createDurably(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Path parent = path.getParent();
      if (parent != null) {
        createDurably(parent);
      }
      Files.createDirectory(path);
      if (parent != null) {
        NioDirectory.force(parent);
      }
    }
  }

  /** A formatted directory has everything; a part missing means that something was removed (Q41). */
  void check(@Nullable String configuredClusterId) {
    Optional<RaftIdentity> identity = formed();
    if (identity.isEmpty()) {
      checkUnformatted();
      return;
    }
    if (identity.get().self().nodeId() != nodeId) {
      throw new ConfigException("node.id=" + nodeId + " but metadata.log.dir=" + directory.path() + " belongs to node "
          + identity.get().self().nodeId() + "; use that id or another directory");
    }
    if (configuredClusterId != null && !configuredClusterId.equals(identity.get().clusterId())) {
      throw new ConfigException("cluster.id=" + configuredClusterId + " but metadata.log.dir=" + directory.path()
          + " belongs to cluster " + identity.get().clusterId() + "; correct the setting or use another directory");
    }
    if (quorumState().load().isEmpty()) {
      throw new StorageCorruptionException(directory.pathOf(FileQuorumStateStore.NAME),
          "is missing, although the directory is formatted; a voter that forgets its vote can vote twice");
    }
  }

  private void checkUnformatted() {
    Optional<HardState> state = quorumState().load();
    if (state.isPresent() && state.get().term() > 0) {
      throw new StorageCorruptionException(directory.pathOf(MetaProperties.NAME),
          "is missing, although the directory holds term and vote");
    }
  }

  @Override
  public Optional<RaftIdentity> formed() {
    return directory.exists(MetaProperties.NAME) ? Optional.of(MetaProperties.identity(directory)) : Optional.empty();
  }

  @Override
  public Optional<Prepared> prepared() {
    return directory.exists(MetaProperties.PREPARED_NAME)
        ? Optional.of(MetaProperties.prepared(directory))
        : Optional.empty();
  }

  @Override
  public void storePrepared(Prepared prepared) {
    directory.replace(MetaProperties.PREPARED_NAME, MetaProperties.encode(nodeId, prepared));
  }

  @Override
  public void storeFormed(RaftIdentity identity) {
    if (formed().isPresent()) {
      throw new IllegalStateException(directory.path() + " is formatted already");
    }
    FileRaftLog.create(directory);
    quorumState().store(HardState.INITIAL);
    directory.replace(MetaProperties.NAME, MetaProperties.encode(identity));
  }

  /** Term and vote. */
  public QuorumStateStore quorumState() {
    return new FileQuorumStateStore(directory);
  }

  /** TEMP. */
  public io.ottla.controller.raft.port.SnapshotStore snapshots() {
    throw new UnsupportedOperationException();
  }

  /** As the other, with segments of the usual size. */
  public FileRaftLog openLog() {
    return openLog(FileRaftLog.DEFAULT_SEGMENT_BYTES);
  }

  /** Opens and recovers the log of a formatted directory. */
  public FileRaftLog openLog(int segmentBytes) {
    return FileRaftLog.open(directory, segmentBytes, _ -> true);
  }

  @Override
  public void close() {
    if (lockFile != null) {
      try {
        lockFile.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
