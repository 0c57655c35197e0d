package io.ottla.broker.runtime;

import io.ottla.broker.catalog.MetadataLog;
import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.lifecycle.Registrar;
import io.ottla.broker.lifecycle.StartedDirectory;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.RecoveryReport;
import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.storage.NioLogDirectory;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.DeleteTopicResponse;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.common.wire.RestartClass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/** A broker with real logs and threads, registered under a given epoch; no controller answers it, nor any other broker unless a test has them. */
final class TestHost implements AutoCloseable {
  static final int ID = 1;
  private static final LogConfig LOGS = new LogConfig(1 << 20, 4096, AppendLimits.DEFAULT);

  final LogStore store;
  final List<OpenLogDir> dirs = new ArrayList<>();
  final RestartClass restartClass;
  final BrokerSession session;
  final ReplicaManager manager;
  /** One permit for every time there was something new to tell the controllers about the logs. */
  final Semaphore news = new Semaphore(0);
  final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** Broker 1, alone. */
  TestHost(Path root, long brokerEpoch) throws IOException, InterruptedException {
    this(root, ID, brokerEpoch,
        (leader, request, timeout) -> CompletableFuture.failedFuture(new IOException("nobody there")));
  }

  TestHost(Path root, int id, long brokerEpoch, LeaderFetchCalls leaders) throws IOException, InterruptedException {
    this(root, id, brokerEpoch, leaders,
        List.of(NioLogDirectory.open(root, MetadataLog.CLUSTER, id, new UUID(2, id))));
  }

  /** Broker 1, alone, with these log directories. */
  TestHost(Path root, long brokerEpoch, List<? extends LogDirectory> directories) throws InterruptedException {
    this(root, ID, brokerEpoch,
        (leader, request, timeout) -> CompletableFuture.failedFuture(new IOException("nobody there")), directories);
  }

  private TestHost(Path root, int id, long brokerEpoch, LeaderFetchCalls leaders,
      List<? extends LogDirectory> directories) throws InterruptedException {
    List<StartedDirectory> evidence = new ArrayList<>();
    for (LogDirectory directory : directories) {
      LogStore logs = new LogStore(directory, LOGS);
      LogStore.StartReport report = logs.start();
      DirectoryRecord manifest = new DirectoryRecord(directory);
      List<TopicIdPartition> found = report.recoveries().stream().map(RecoveryReport::id).toList();
      dirs.add(new OpenLogDir("dir" + dirs.size(), directory.directoryId(), logs, manifest, found));
      evidence.add(new StartedDirectory(directory.directoryId(), manifest, "", report.cleanShutdownEpoch().orElse(-1),
          manifest.isComplete(found) && !report.isDamaged(), !manifest.isNew()));
    }
    store = dirs.getFirst().store();
    restartClass = Registrar.restartClass(evidence);
    NodeConfig config = config(root, id);
    MonotonicClock clock = MonotonicClock.system();
    session = new BrokerSession(id, config.broker().sessionMs(), clock);
    ControllerCalls controllers = new AbsentControllers(brokerEpoch);
    new Registrar(config, controllers, session, new UUID(3, brokerEpoch)).register(evidence, MetadataLog.CLUSTER);
    manager = new ReplicaManager(new ReplicaManager.Parts(dirs, LOGS, config.broker(), session, controllers, leaders,
        clock, System::currentTimeMillis, new SecureRandomSource(), failures::add));
    manager.onStorageNews(news::release);
    manager.start();
  }

  private static NodeConfig config(Path root, int id) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("process.roles", "broker");
    values.put("node.id", Integer.toString(id));
    values.put("controller.quorum.initial.voters", "9@127.0.0.1:1");
    values.put("listeners", "CLIENT://127.0.0.1:1,INTERNAL://127.0.0.1:2");
    values.put("log.dirs", root.toString());
    return NodeConfig.read(values::get, "localhost");
  }

  @Override
  public void close() {
    manager.close();
    dirs.forEach(dir -> dir.store().close());
  }

  private record AbsentControllers(long brokerEpoch) implements ControllerCalls {
    @Override
    public RegisterBrokerResponse register(RegisterBrokerRequest request) {
      return new RegisterBrokerResponse(MetadataLog.CLUSTER, brokerEpoch);
    }

    @Override
    public HeartbeatResponse heartbeat(HeartbeatRequest request) {
      throw absent();
    }

    @Override
    public AlterPartitionsResponse alterPartitions(AlterPartitionsRequest request) {
      throw absent();
    }

    @Override
    public CreateTopicResponse createTopic(CreateTopicRequest request) {
      throw absent();
    }

    @Override
    public DeleteTopicResponse deleteTopic(DeleteTopicRequest request) {
      throw absent();
    }

    @Override
    public AllocateProducerIdsResponse allocateProducerIds(AllocateProducerIdsRequest request) {
      throw absent();
    }

    private static OttlaException absent() {
      return new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "nobody there");
    }
  }
}
