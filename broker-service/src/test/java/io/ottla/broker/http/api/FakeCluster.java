package io.ottla.broker.http.api;

import io.ottla.broker.gateway.AdminGateway;
import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.gateway.OffsetLookup;
import io.ottla.broker.gateway.PartitionOffsets;
import io.ottla.broker.gateway.ProduceCommand;
import io.ottla.broker.gateway.ProducerRecord;
import io.ottla.broker.gateway.ReadCommand;
import io.ottla.broker.gateway.ReadResult;
import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.gateway.RecordResult;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerConfigs;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.Record;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.ForwardReadRequest;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Everything below the API, by hand: brokers 1, 2, 3 in service, and 4 fenced and drained; topic {@code orders} with partitions 0 (led by 1,
 * replica 3 out of sync) and 1 (without a leader), topic {@code __internal} whose partition moves from broker 3 to 1. Records are kept in one list, whatever the topic.
 */
final class FakeCluster implements BrokerView, RecordGateway, AdminGateway, MaintenanceGateway {
  static final String CLUSTER_ID = "c1";
  static final long ARRIVAL = 1_700_000_000_000L;

  final List<ProduceCommand> produced = new CopyOnWriteArrayList<>();
  final List<ReadCommand> reads = new CopyOnWriteArrayList<>();
  final List<CreateTopicRequest> created = new CopyOnWriteArrayList<>();
  final List<String> deleted = new CopyOnWriteArrayList<>();
  /** Changes asked for, as {@link MaintenanceGateway} takes them, or as text where that is no record. */
  final List<Object> changes = new CopyOnWriteArrayList<>();
  final List<Record> log = new CopyOnWriteArrayList<>();
  volatile long logStart;
  volatile @Nullable RuntimeException failure;
  /** Of each partition in a request for many. */
  volatile @Nullable ErrorCode refusal;

  private static final MetadataImage IMAGE = build();

  void reset() {
    produced.clear();
    reads.clear();
    created.clear();
    deleted.clear();
    changes.clear();
    refusal = null;
    log.clear();
    logStart = 0;
    failure = null;
  }

  /** Whether no call that could change or read anything has arrived. */
  boolean untouched() {
    return produced.isEmpty() && reads.isEmpty() && created.isEmpty() && deleted.isEmpty()
        && changes.isEmpty();
  }

  private static MetadataImage build() {
    List<MetadataRecord> records = new ArrayList<>();
    for (int id = 1; id <= 4; id++) {
      records.add(new MetadataRecord.RegisterBroker(id, new UUID(0, id), List.of(new UUID(1, id)),
          List.of(new Endpoint(Endpoint.CLIENT, "broker-" + id, 8080 + id)), id == 2 ? "rack-b" : null,
          new TreeMap<>()));
    }
    for (int id = 1; id <= 3; id++) {
      records.add(MetadataRecord.BrokerChange.unfence(id, 1));
    }
    UUID orders = new UUID(7, 7);
    records.add(new MetadataRecord.TopicRecord(orders, "orders"));
    List<UUID> directories = List.of(new UUID(1, 1), new UUID(1, 2), new UUID(1, 3));
    PartitionState led = PartitionState.created(List.of(1, 2, 3), List.of(1, 2), directories);
    records.add(new MetadataRecord.PartitionRecord(orders, 0, led));
    records.add(new MetadataRecord.PartitionRecord(orders, 1,
        new PartitionState(List.of(2, 3, 1), List.of(2), List.of(), PartitionState.NO_LEADER, List.of(), List.of(),
            PartitionState.NO_LEADER, led.leaderRecoveryState(), 0, 0, directories)));
    records.add(new MetadataRecord.ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "1000"));
    records.add(new MetadataRecord.ConfigRecord(ConfigResource.CLUSTER, "min.insync.replicas", "2"));
    UUID internal = new UUID(8, 8);
    records.add(new MetadataRecord.TopicRecord(internal, "__internal"));
    records.add(new MetadataRecord.PartitionRecord(internal, 0,
        new PartitionState(List.of(1, 3), List.of(3), List.of(), PartitionState.NO_LEADER, List.of(1), List.of(3), 3,
            led.leaderRecoveryState(), 0, 0, List.of(new UUID(1, 1), new UUID(1, 3)))));
    records.add(new MetadataRecord.ConfigRecord(ConfigResource.broker(4), BrokerConfigs.DECOMMISSION, "true"));
    return MetadataDelta.of(MetadataImage.EMPTY, 1, 1, records).image();
  }

  @Override
  public List<RecordResult> produce(ProduceCommand command) {
    produced.add(command);
    failIfAsked();
    if (IMAGE.topic(command.topic()).isEmpty()) {
      throw new OttlaException(ErrorCode.UNKNOWN_TOPIC, "Topic " + command.topic() + " not found.");
    }
    List<RecordResult> results = new ArrayList<>();
    for (ProducerRecord produced : command.records()) {
      results.add(append(produced));
    }
    return results;
  }

  private RecordResult append(ProducerRecord produced) {
    int partition = produced.partition() == null ? 0 : produced.partition();
    if (partition != 0) {
      return new RecordResult.Failed(null, ErrorCode.UNKNOWN_PARTITION, "Partition " + partition + " not found.");
    }
    long timestamp = produced.timestamp() == null ? ARRIVAL : produced.timestamp();
    log.add(new Record(log.size(), timestamp, produced.key(), produced.value(), produced.headers()));
    return new RecordResult.Written(partition, log.size() - 1, timestamp);
  }

  @Override
  public ReadResult read(ReadCommand command) {
    reads.add(command);
    failIfAsked();
    if (command.offset() >= 0 && command.offset() < logStart) {
      throw new OttlaException(ErrorCode.OFFSET_TRIMMED, "Offset " + command.offset() + " was removed.");
    }
    long from = command.offset() == ForwardReadRequest.EARLIEST ? logStart
        : command.offset() <= ForwardReadRequest.AT_TIMESTAMP + ForwardReadRequest.MAX_TIMESTAMP
            ? firstAt(command.offset() - ForwardReadRequest.AT_TIMESTAMP)
            : command.offset() < 0 ? Math.max(logStart, log.size() + command.offset() + 1)
                : command.offset();
    if (from > log.size()) {
      throw new OttlaException(ErrorCode.OFFSET_OUT_OF_RANGE, "Offset " + from + " is beyond the end.");
    }
    int to = (int) Math.min(log.size(), from + command.maxRecords());
    List<Record> found = log.subList((int) from, to);
    return new ReadResult(List.copyOf(found), to, log.size(), logStart);
  }

  @Override
  public PartitionOffsets offsets(String topic, int partition) {
    if (partition == 1) {
      throw new OttlaException(ErrorCode.LEADER_NOT_AVAILABLE, "Partition 1 of orders has no leader.");
    }
    return new PartitionOffsets(logStart, log.size());
  }

  private long firstAt(long timestamp) {
    return log.stream().filter(record -> record.timestamp() >= timestamp).mapToLong(Record::offset).findFirst()
        .orElse(log.size());
  }

  @Override
  public OffsetLookup offsetAt(String topic, int partition, long timestamp) {
    long offset = firstAt(timestamp);
    return new OffsetLookup(offsets(topic, partition), offset,
        offset == log.size() ? null : log.get((int) offset).timestamp());
  }

  @Override
  public CreateTopicResponse createTopic(CreateTopicRequest request) {
    created.add(request);
    failIfAsked();
    Integer partitions = request.partitions();
    Integer replicas = request.replicationFactor();
    return new CreateTopicResponse(request.validateOnly() ? null : new UUID(9, 9), request.name(),
        partitions == null ? 1 : partitions, replicas == null ? 3 : replicas, request.validateOnly() ? 0 : 5);
  }

  @Override
  public void deleteTopic(String name) {
    deleted.add(name);
    failIfAsked();
    if (IMAGE.topic(name).isEmpty()) {
      throw new OttlaException(ErrorCode.UNKNOWN_TOPIC, "Topic " + name + " not found.");
    }
  }

  @Override
  public void alterTopicConfigs(AlterTopicConfigsRequest request) {
    changes.add(request);
    failIfAsked();
  }

  @Override
  public void growTopic(GrowTopicRequest request) {
    changes.add(request);
    failIfAsked();
  }

  @Override
  public ElectLeadersResponse electLeaders(ElectLeadersRequest request) {
    changes.add(request);
    failIfAsked();
    String topic = request.topic() == null ? "orders" : request.topic();
    int partition = request.partition() == null ? 0 : request.partition();
    ErrorCode refused = refusal;
    return refused == null
        ? new ElectLeadersResponse(List.of(new ElectLeadersResponse.Elected(topic, partition, 2,
            request.type() == ElectLeadersRequest.Type.UNCLEAN)), List.of(), false, 5)
        : new ElectLeadersResponse(List.of(),
            List.of(new ElectLeadersResponse.Failure(topic, partition, refused, "Not now.")), false, 5);
  }

  @Override
  public ReassignPartitionsResponse reassignPartitions(ReassignPartitionsRequest request) {
    changes.add(request);
    failIfAsked();
    return new ReassignPartitionsResponse(request.targets().stream()
        .map(target -> new ReassignPartitionsResponse.Answer(target.topic(), target.partition(), refusal,
            refusal == null ? null : "Not now."))
        .toList(), 5);
  }

  @Override
  public void decommissionBroker(int brokerId) {
    changes.add("decommission " + brokerId);
    failIfAsked();
  }

  @Override
  public void cancelDecommission(int brokerId) {
    changes.add("keep " + brokerId);
    failIfAsked();
  }

  @Override
  public void unregisterBroker(int brokerId) {
    changes.add("unregister " + brokerId);
    failIfAsked();
  }

  private void failIfAsked() {
    RuntimeException asked = failure;
    if (asked != null) {
      throw asked;
    }
  }

  @Override
  public int brokerId() {
    return 1;
  }

  @Override
  public long brokerEpoch() {
    return IMAGE.broker(1).map(BrokerRegistration::brokerEpoch).orElse(-1L);
  }

  @Override
  public String clusterId() {
    return CLUSTER_ID;
  }

  @Override
  public boolean awaitIndex(long index, Duration timeout) {
    return index <= IMAGE.index();
  }

  @Override
  public MetadataImage image() {
    return IMAGE;
  }
}
