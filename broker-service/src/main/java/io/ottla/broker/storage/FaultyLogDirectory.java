package io.ottla.broker.storage;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A data directory on a disk that does wrong when a test says so: forces are late or fail, there is no room, and what segment files were not
 * forced to keep is lost with the process. Checkpoints are forced when they are written, so there is nothing of theirs to lose; names of files
 * change at once. Safe for concurrent use.
 */
public final class FaultyLogDirectory implements LogDirectory {
  private final LogDirectory disk;
  private final NodeFaults faults;

  private FaultyLogDirectory(LogDirectory disk, NodeFaults faults) {
    this.disk = disk;
    this.faults = faults;
  }

  /** The directory itself, unless faults can be switched on. */
  public static LogDirectory over(LogDirectory disk, NodeFaults faults) {
    return faults.isEnabled() ? new FaultyLogDirectory(disk, faults) : disk;
  }

  @Override
  public UUID directoryId() {
    return disk.directoryId();
  }

  @Override
  public Scan scan() throws IOException {
    Scan scan = disk.scan();
    return new Scan(scan.partitions().stream().<PartitionDirectory>map(
        one -> new FaultyPartitionDirectory(one, faults)).toList(), scan.setAside());
  }

  @Override
  public PartitionDirectory create(PartitionMetadata metadata) throws IOException {
    faults.beforeForce();
    return new FaultyPartitionDirectory(disk.create(metadata), faults);
  }

  @Override
  public void delete(TopicIdPartition id) throws IOException {
    disk.delete(id);
  }

  @Override
  public void setAside(TopicIdPartition id) throws IOException {
    disk.setAside(id);
  }

  @Override
  public byte @Nullable [] readCheckpoint(String name) throws IOException {
    return disk.readCheckpoint(name);
  }

  @Override
  public void writeCheckpoint(String name, byte[] content) throws IOException {
    faults.beforeForce();
    disk.writeCheckpoint(name, content);
  }

  @Override
  public void deleteCheckpoint(String name) throws IOException {
    faults.beforeForce();
    disk.deleteCheckpoint(name);
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
