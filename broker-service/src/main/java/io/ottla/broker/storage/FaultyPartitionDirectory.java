package io.ottla.broker.storage;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.fault.NodeFaults;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replica's directory in a {@link FaultyLogDirectory}. */
final class FaultyPartitionDirectory implements PartitionDirectory {
  private final PartitionDirectory disk;
  private final NodeFaults faults;

  FaultyPartitionDirectory(PartitionDirectory disk, NodeFaults faults) {
    this.disk = disk;
    this.faults = faults;
  }

  @Override
  public PartitionMetadata metadata() {
    return disk.metadata();
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public SegmentFile open(String name) throws IOException {
    return new FaultySegmentFile(disk.open(name), faults);
  }

  @Override
  public void delete(String name) throws IOException {
    disk.delete(name);
  }

  @Override
  public void force() throws IOException {
    faults.beforeForce();
    disk.force();
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
}
