package io.ottla.broker.lifecycle;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.port.CheckpointDirectory;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.config.Durability;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;

/**
 * What a log directory remembers about the broker's membership: the last registration it belonged to (M12), and the manifest of replicas it
 * holds, so that one that vanished is noticed (M13). Each file is replaced as a whole and durable on return; without room for it the old one
 * stays, and the error is an OttlaException STORAGE_FULL; any other failure is a {@link LogFailedException}.
 */
public final class DirectoryRecord {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryRecord.class);
  private static final String REGISTRATION_FILE = "broker-registration";
  private static final String MANIFEST_FILE = "replica-manifest";
  private static final String FAILED_FILE = "failed-directories";

  private final CheckpointDirectory directory;
  private final SortedSet<TopicIdPartition> manifest = new TreeSet<>();
  private final SortedSet<UUID> failed = new TreeSet<>();
  private boolean manifestReadable = true;
  private boolean manifestStored;

  /**
   * The last registration.
   *
   * @param brokerEpoch its epoch
   * @param durability the mode this broker ran in under it
   * @param machine boot and mount under which it ran, empty when unknown: as long as they are the same, the page cache has lost nothing
   */
  public record Registration(long brokerEpoch, Durability durability, String machine) {
    /** A registration of which no more is known. */
    public Registration(long brokerEpoch, Durability durability) {
      this(brokerEpoch, durability, "");
    }
  }

  /** Reads the manifest. */
  public DirectoryRecord(CheckpointDirectory directory) {
    this.directory = directory;
    List<String> noted = SealedLines.decode(read(FAILED_FILE));
    (noted == null ? List.<String>of() : noted).forEach(line -> failed.add(UUID.fromString(line)));
    byte @Nullable [] content = read(MANIFEST_FILE);
    List<String> lines = SealedLines.decode(content);
    if (lines == null) {
      manifestReadable = content == null && read(REGISTRATION_FILE) == null;
      return;
    }
    manifestStored = true;
    for (String line : lines) {
      int space = line.indexOf(' ');
      manifest.add(new TopicIdPartition(UUID.fromString(line.substring(0, space)),
          Integer.parseInt(line.substring(space + 1))));
    }
  }

  /** The last registration, or null for a directory that never had one, or cannot say. */
  public @Nullable Registration registration() {
    List<String> lines = SealedLines.decode(read(REGISTRATION_FILE));
    if (lines == null || lines.size() < 2) {
      return null;
    }
    for (Durability mode : Durability.values()) {
      if (mode.settingValue().equals(lines.get(1))) {
        return new Registration(Long.parseLong(lines.getFirst()), mode, lines.size() > 2 ? lines.get(2) : "");
      }
    }
    return null;
  }

  /** Remembers a registration; to be called before asking to be unfenced. */
  public void store(Registration registration) {
    write(REGISTRATION_FILE,
        List.of(Long.toString(registration.brokerEpoch()), registration.durability().settingValue(),
            registration.machine()));
  }

  /** Whether every replica of the manifest is among those found, and the manifest itself is readable (M13). */
  public synchronized boolean isComplete(Collection<TopicIdPartition> found) {
    SortedSet<TopicIdPartition> missing = new TreeSet<>(manifest);
    missing.removeAll(found);
    if (!missing.isEmpty() || !manifestReadable) {
      LOG.error("event=manifest_incomplete readable={} missing={}", manifestReadable, missing);
    }
    return missing.isEmpty() && manifestReadable;
  }

  /** The replicas the manifest lists. */
  public synchronized Set<TopicIdPartition> replicas() {
    return Set.copyOf(manifest);
  }

  /** Whether the manifest lists this replica. */
  public synchronized boolean lists(TopicIdPartition id) {
    return manifest.contains(id);
  }

  /** Whether nothing was ever recorded here: the directory is new, and vouches for nothing. */
  public synchronized boolean isNew() {
    return !manifestStored && manifestReadable && registration() == null;
  }

  /**
   * Directories of this broker that failed while it ran, and were not given new logs since (P44). What lies in them is old. A file that cannot
   * be read names none.
   */
  public synchronized Set<UUID> failedDirectories() {
    return Set.copyOf(failed);
  }

  /** Notes that a directory failed; durable on return. */
  public synchronized void noteFailed(UUID directory) {
    SortedSet<UUID> next = new TreeSet<>(failed);
    if (next.add(directory)) {
      writeFailed(next);
    }
  }

  /** A directory that had failed holds nothing old any more. */
  public synchronized void forgetFailed(UUID directory) {
    SortedSet<UUID> next = new TreeSet<>(failed);
    if (next.remove(directory)) {
      writeFailed(next);
    }
  }

  private void writeFailed(SortedSet<UUID> next) {
    write(FAILED_FILE, next.stream().map(UUID::toString).toList());
    failed.clear();
    failed.addAll(next);
  }

  /** Makes the manifest list exactly these replicas. */
  public synchronized void replaceManifest(Collection<TopicIdPartition> replicas) {
    SortedSet<TopicIdPartition> next = new TreeSet<>(replicas);
    if (manifestStored && next.equals(manifest)) {
      return;
    }
    write(MANIFEST_FILE, next.stream().map(id -> id.topicId() + " " + id.partition()).toList());
    manifest.clear();
    manifest.addAll(next);
    manifestReadable = true;
    manifestStored = true;
  }

  private byte @Nullable [] read(String name) {
    try {
      return directory.readCheckpoint(name);
    } catch (IOException e) {
      throw new LogFailedException("cannot read " + name, e);
    }
  }

  private void write(String name, List<String> lines) {
    try {
      directory.writeCheckpoint(name, SealedLines.encode(lines));
    } catch (StorageFullException e) {
      throw new OttlaException(ErrorCode.STORAGE_FULL, "no room to write " + name + ": " + e.getMessage());
    } catch (IOException e) {
      throw new LogFailedException("cannot write " + name, e);
    }
  }
}
