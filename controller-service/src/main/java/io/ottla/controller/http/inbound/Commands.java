package io.ottla.controller.http.inbound;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.DeleteTopicResponse;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.DeleteTopicCommand;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.ProducerIdsCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Wire records to commands and replies back. A missing field is refused as INVALID_REQUEST. */
final class Commands {
  private Commands() {
  }

  static RegisterBrokerCommand register(RegisterBrokerRequest request) {
    List<Endpoint> endpoints = present(request.endpoints(), "endpoints").stream()
        .map(endpoint -> new Endpoint(present(endpoint.name(), "endpoint name"),
            present(endpoint.host(), "endpoint host"), endpoint.port()))
        .toList();
    return new RegisterBrokerCommand(request.clusterId(), id(request.brokerId()),
        present(request.incarnationId(), "incarnationId"), present(request.directoryIds(), "directoryIds"), endpoints,
        request.rack(), new TreeMap<>(), request.previousBrokerEpoch(),
        present(request.restartClass(), "restartClass"), present(request.durability(), "durability"));
  }

  static HeartbeatCommand heartbeat(HeartbeatRequest request) {
    return new HeartbeatCommand(id(request.brokerId()), request.brokerEpoch(), request.appliedMetadataIndex(),
        request.wantFence(), request.wantShutdown(), orEmpty(request.offlineDirectoryIds()),
        orEmpty(request.lostReplicas()).stream()
            .map(lost -> new HeartbeatCommand.Lost(partition(lost.topicId(), lost.partition()), lost.leaderEpoch()))
            .toList(),
        orEmpty(request.replicaDirectories()).stream()
            .map(one -> new HeartbeatCommand.Location(partition(one.topicId(), one.partition()),
                present(one.directoryId(), "directoryId")))
            .toList());
  }

  /** What an older or a frugal sender leaves out is empty. */
  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  static AlterPartitionCommand alter(AlterPartitionsRequest request) {
    return new AlterPartitionCommand(id(request.brokerId()), request.brokerEpoch(),
        present(request.partitions(), "partitions").stream().map(Commands::proposal).toList());
  }

  private static AlterPartitionCommand.Proposal proposal(AlterPartitionsRequest.Item item) {
    return new AlterPartitionCommand.Proposal(partition(item.topicId(), item.partition()), item.leaderEpoch(),
        item.partitionEpoch(),
        present(item.newIsr(), "newIsr").stream()
            .map(member -> new AlterPartitionCommand.Member(member.brokerId(), member.brokerEpoch())).toList(),
        item.recovered() ? LeaderRecoveryState.RECOVERED : LeaderRecoveryState.RECOVERING);
  }

  static AlterPartitionsResponse altered(List<AlterPartitionCommand.Answer> answers) {
    return new AlterPartitionsResponse(answers.stream()
        .map(answer -> new AlterPartitionsResponse.Item(answer.id().topicId(), answer.id().partition(), answer.error(),
            answer.message(), answer.leaderEpoch(), answer.partitionEpoch(), answer.metadataIndex()))
        .toList());
  }

  static CreateTopicCommand create(CreateTopicRequest request) {
    Map<String, String> configs = request.configs();
    return CreateTopicCommand.of(present(request.name(), "name"), request.partitions(), request.replicationFactor(),
        request.assignments(), configs == null ? Map.of() : configs, request.validateOnly())
        .withId(request.topicId(), request.chosenAtIndex());
  }

  static CreateTopicResponse created(CreateTopicCommand.Created created) {
    return new CreateTopicResponse(created.topicId(), created.name(), created.partitions(),
        created.replicationFactor(), created.metadataIndex());
  }

  static DeleteTopicCommand delete(DeleteTopicRequest request) {
    return new DeleteTopicCommand(present(request.name(), "name"));
  }

  static DeleteTopicResponse deleted(DeleteTopicCommand.Deleted deleted) {
    return new DeleteTopicResponse(deleted.topicId(), deleted.metadataIndex());
  }

  static ProducerIdsCommand producerIds(AllocateProducerIdsRequest request) {
    return new ProducerIdsCommand(id(request.brokerId()), request.brokerEpoch());
  }

  static AllocateProducerIdsResponse block(ProducerIdsCommand.Block block) {
    return new AllocateProducerIdsResponse(block.firstId(), block.count());
  }

  private static TopicIdPartition partition(@Nullable UUID topicId, int partition) {
    if (partition < 0) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "partition " + partition + " is negative");
    }
    return new TopicIdPartition(present(topicId, "topicId"), partition);
  }

  private static int id(int brokerId) {
    if (brokerId < 0) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "brokerId " + brokerId + " is negative");
    }
    return brokerId;
  }

  static <T> T present(@Nullable T value, String field) {
    if (value == null) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, field + " is missing");
    }
    return value;
  }
}
