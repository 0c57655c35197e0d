package io.ottla.controller.storage;

import io.ottla.common.config.ConfigException;
import io.ottla.common.fault.NodeFaults;
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
 * A controller's directory: identity, log, snapshots, term and vote, held by one process at a time. Its files are
 * {@value MetaProperties#NAME}, {@value FileQuorumStateStore#NAME}, the log's segments, {@value DurableHint#NAME}, and the snapshots.
 */
public final class ControllerDirectory implements FormationStore, AutoCloseable {
  private static final String LOCK_NAME = ".lock";

  private final Directory directory;
  private final int nodeId;
  private final int segmentBytes;
  private final @Nullable FileChannel lockFile;
  private JointRecovery.@Nullable Recovered recovered; // guarded by this

  ControllerDirectory(Directory directory, int nodeId, int segmentBytes, @Nullable FileChannel lockFile) {
    this.directory = directory;
    this.nodeId = nodeId;
    this.segmentBytes = segmentBytes;
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
    return open(path, nodeId, configuredClusterId, FileRaftLog.DEFAULT_SEGMENT_BYTES, NodeFaults.OFF);
  }

  /**
   * As the other, with segments of the metadata log of this size.
   *
   * @param segmentBytes size at which a segment is closed and the next begun
   * @param faults what the disk does wrong in tests
   */
  public static ControllerDirectory open(Path path, int nodeId, @Nullable String configuredClusterId,
      int segmentBytes, NodeFaults faults) {
    try {
      createDurably(path.toAbsolutePath().normalize());
      FileChannel channel = FileChannel.open(path.resolve(LOCK_NAME), StandardOpenOption.CREATE,
          StandardOpenOption.WRITE);
      boolean held = false;
      try {
        if (!lock(channel)) {
          throw new ConfigException("metadata.log.dir=" + path + " is in use by another process; stop that one first");
        }
        ControllerDirectory opened = new ControllerDirectory(FaultyDirectory.over(new NioDirectory(path), faults),
            nodeId,
            segmentBytes, channel);
        opened.check(configuredClusterId);
        held = true;
        return opened;
      } finally {
        if (!held) {
          channel.close();
        }
      }
    } catch (IOException | UncheckedIOException e) {
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
    // When only the process had ended, names may be read here that a power cut would still take back: a vote must not be one of them.
    directory.force();
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
    hardState();
    removeAgreement();
  }

  /**
   * An agreement has done its part once the identity is there. Were it left and everything else removed, the directory id in it would make
   * the empty directory the voter that it had been (Q1).
   */
  private void removeAgreement() {
    if (directory.exists(MetaProperties.PREPARED_NAME)) {
      directory.delete(MetaProperties.PREPARED_NAME);
      directory.force();
    }
  }

  private HardState hardState() {
    return quorumState().load()
        .orElseThrow(() -> new StorageCorruptionException(directory.pathOf(FileQuorumStateStore.NAME),
            "is missing, although the directory is formatted; a voter that forgets its vote can vote twice"));
  }

  /** Formation writes the identity last: whatever was used without one has lost it, and with it the voter it was (Q1). */
  private void checkUnformatted() {
    Optional<HardState> state = quorumState().load();
    if (state.isPresent() && state.get().term() > 0) {
      throw identityMissing("term and vote");
    }
    if (!FileRaftLog.isUnwritten(directory)) {
      throw identityMissing("a metadata log");
    }
    if (!SnapshotScan.ids(directory).isEmpty()) {
      throw identityMissing("a snapshot");
    }
    if (DurableHint.indexIn(directory) > 0) {
      throw identityMissing("the durable hint of a log");
    }
  }

  private StorageCorruptionException identityMissing(String remains) {
    return new StorageCorruptionException(directory.pathOf(MetaProperties.NAME),
        "is missing, although the directory holds " + remains);
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
    checkUnformatted();
    FileRaftLog.create(directory);
    quorumState().store(HardState.INITIAL);
    directory.replace(MetaProperties.NAME, MetaProperties.encode(identity));
    removeAgreement();
  }

  /** Term and vote. */
  public QuorumStateStore quorumState() {
    return new FileQuorumStateStore(directory);
  }

  /**
   * The log of a formatted directory, recovered together with the snapshots the first time either is asked for. The newest snapshot ends at
   * an entry in {@code [firstIndex() - 1, lastIndex()]} of the log; without a snapshot the log begins at 1.
   *
   * @throws StorageCorruptionException when something this node acknowledged may be missing
   */
  public FileRaftLog openLog() {
    return recovered().log();
  }

  /** The snapshots of a formatted directory, which fit the log; see {@link #openLog}. */
  public FileSnapshotStore snapshots() {
    return recovered().snapshots();
  }

  private synchronized JointRecovery.Recovered recovered() {
    JointRecovery.Recovered known = recovered;
    if (known == null) {
      RaftIdentity identity = formed()
          .orElseThrow(() -> new IllegalStateException(directory.path() + " is not formatted"));
      known = JointRecovery.open(directory, segmentBytes, identity.clusterId(), hardState());
      recovered = known;
    }
    return known;
  }

  /** Closes log and snapshots, if opened, and releases the directory. */
  @Override
  public synchronized void close() {
    if (recovered != null) {
      recovered.close();
    }
    if (lockFile != null) {
      try {
        lockFile.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
