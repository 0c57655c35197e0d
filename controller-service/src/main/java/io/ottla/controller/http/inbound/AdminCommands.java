package io.ottla.controller.http.inbound;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsResponse;
import io.ottla.controller.control.AlterTopicConfigsCommand;
import io.ottla.controller.control.ElectLeadersCommand;
import io.ottla.controller.control.ReassignPartitionsCommand;
import java.util.Optional;
import java.util.TreeMap;

/** Wire records of administration to commands and replies back. A missing field is refused as INVALID_REQUEST. */
final class AdminCommands {
  private AdminCommands() {
  }

  static AlterTopicConfigsCommand alterConfigs(AlterTopicConfigsRequest request) {
    TreeMap<String, Optional<String>> changes = new TreeMap<>();
    Commands.present(request.changes(), "changes").forEach(change -> {
      String name = Commands.present(change.name(), "name");
      if (changes.put(name, Optional.ofNullable(change.value())) != null) {
        throw new OttlaException(ErrorCode.INVALID_REQUEST, "Configuration " + name + " occurs twice in the request.");
      }
    });
    return new AlterTopicConfigsCommand(Commands.present(request.topic(), "topic"), changes, request.validateOnly());
  }

  static ElectLeadersCommand elect(ElectLeadersRequest request) {
    ElectLeadersCommand.Type type = switch (Commands.present(request.type(), "type")) {
      case PREFERRED -> ElectLeadersCommand.Type.PREFERRED;
      case UNCLEAN -> ElectLeadersCommand.Type.UNCLEAN;
    };
    return new ElectLeadersCommand(type, request.topic(), request.partition());
  }

  static ElectLeadersResponse elected(ElectLeadersCommand.Elections held) {
    return new ElectLeadersResponse(
        held.elected().stream()
            .map(one -> new ElectLeadersResponse.Elected(one.topic(), one.partition(), one.leader(), one.unclean()))
            .toList(),
        held.failures().stream()
            .map(one -> new ElectLeadersResponse.Failure(one.topic(), one.partition(), one.code(), one.message()))
            .toList(),
        held.more(), held.metadataIndex());
  }

  static ReassignPartitionsCommand reassign(ReassignPartitionsRequest request) {
    return new ReassignPartitionsCommand(Commands.present(request.targets(), "targets").stream()
        .map(target -> new ReassignPartitionsCommand.Target(Commands.present(target.topic(), "topic"),
            target.partition(), target.replicas()))
        .toList());
  }

  static ReassignPartitionsResponse reassigned(ReassignPartitionsCommand.Reassigned judged) {
    return new ReassignPartitionsResponse(judged.answers().stream()
        .map(one -> new ReassignPartitionsResponse.Answer(one.topic(), one.partition(), one.error(), one.message()))
        .toList(), judged.metadataIndex());
  }
}
