package io.ottla.controller.storage;

import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.RaftLogContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The log on disk keeps the port's contract: on real files, and on a disk that loses what was not forced. */
final class FileRaftLogContractTest {
  @Nested
  final class OnRealFiles extends RaftLogContract {
    @TempDir
    Path path;

    @Override
    protected RaftLog open() {
      NioDirectory directory = new NioDirectory(path);
      if (!directory.exists(Segment.name(1))) {
        FileRaftLog.create(directory);
      }
      return FileRaftLog.open(directory, 1024);
    }

    @Override
    protected void crash() {
    }
  }

  @Nested
  final class OnALossyDisk extends RaftLogContract {
    private final LossyDirectory directory = new LossyDirectory(7);

    @Override
    protected RaftLog open() {
      if (!directory.exists(Segment.name(1))) {
        FileRaftLog.create(directory);
      }
      return FileRaftLog.open(directory, 100, 64);
    }

    @Override
    protected void crash() {
      directory.crash();
    }
  }
}
