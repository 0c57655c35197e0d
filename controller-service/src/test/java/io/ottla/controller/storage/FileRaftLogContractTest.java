package io.ottla.controller.storage;

import io.ottla.common.fault.NodeFaults;
import io.ottla.common.fault.StorageFaults;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.RaftLogPrefixContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The log on disk keeps the port's contract: on real files, and on disks that lose what was not forced. */
final class FileRaftLogContractTest {
  private static RaftLog open(Directory directory, int segmentBytes, int cacheBytes) {
    if (directory.names().stream().noneMatch(Segment::isName)) {
      FileRaftLog.create(directory);
    }
    return FileRaftLog.open(directory, segmentBytes, cacheBytes, _ -> true);
  }

  @Nested
  final class OnRealFiles extends RaftLogPrefixContract {
    @TempDir
    Path path;

    @Override
    protected RaftLog open() {
      return FileRaftLogContractTest.open(new NioDirectory(path), 1024, 1 << 20);
    }

    @Override
    protected void crash() {
    }

    @Override
    protected void startAnew() {
      NioDirectory directory = new NioDirectory(path);
      directory.names().forEach(directory::delete);
    }
  }

  @Nested
  final class OnALossyDisk extends RaftLogPrefixContract {
    private LossyDirectory directory = new LossyDirectory(7);

    @Override
    protected RaftLog open() {
      return FileRaftLogContractTest.open(directory, 100, 64);
    }

    @Override
    protected void crash() {
      directory.crash();
    }

    @Override
    protected void startAnew() {
      directory = new LossyDirectory(8);
    }
  }

  /** The disk that tests of whole processes use for power cuts. */
  @Nested
  final class OnADiskThatIsToldToLose extends RaftLogPrefixContract {
    @TempDir
    Path path;

    private final NodeFaults faults = NodeFaults.of(true);

    @Override
    protected RaftLog open() {
      faults.storage(new StorageFaults(true, 0, 0, false, false));
      return FileRaftLogContractTest.open(FaultyDirectory.over(new NioDirectory(path), faults), 1024, 1 << 20);
    }

    @Override
    protected void crash() {
      // The next open does not know what was in memory.
    }

    @Override
    protected void startAnew() {
      NioDirectory directory = new NioDirectory(path);
      directory.names().forEach(directory::delete);
    }
  }
}
