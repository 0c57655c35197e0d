package io.ottla.broker.gateway;

import io.ottla.broker.lifecycle.MaintenanceCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.error.Outcome;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.DecommissionBrokerRequest;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsResponse;
import io.ottla.common.wire.UnregisterBrokerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Changes carried to the active controller. Any thread that may block. */
public final class ControllerMaintenanceGateway implements MaintenanceGateway {
  private static final Duration APPLY_WAIT = Duration.ofSeconds(5);

  private final MaintenanceCalls controllers;
  private final BrokerView view;

  /** Uses the broker's own way to the active controller. */
  public ControllerMaintenanceGateway(MaintenanceCalls controllers, BrokerView view) {
    this.controllers = controllers;
    this.view = view;
  }

  @Override
  public void alterTopicConfigs(AlterTopicConfigsRequest request) {
    awaitApplied(controllers.alterTopicConfigs(request).metadataIndex());
  }

  @Override
  public void growTopic(GrowTopicRequest request) {
    try {
      awaitApplied(controllers.growTopic(request).metadataIndex());
    } catch (OttlaException e) {
      boolean thereAllTheSame = e.code().outcome() == Outcome.UNKNOWN && view.image().topic(request.topic())
          .map(topic -> topic.partitions().size() == request.partitions()).orElse(false);
      if (!thereAllTheSame) {
        throw e;
      }
    }
  }

  @Override
  public ElectLeadersResponse electLeaders(ElectLeadersRequest request) {
    List<ElectLeadersResponse.Elected> elected = new ArrayList<>();
    ElectLeadersResponse piece;
    do {
      piece = controllers.electLeaders(request);
      elected.addAll(piece.elected());
    } while (piece.more() && !piece.elected().isEmpty());
    awaitApplied(piece.metadataIndex());
    return new ElectLeadersResponse(List.copyOf(elected), piece.failures(), piece.more(), piece.metadataIndex());
  }

  @Override
  public ReassignPartitionsResponse reassignPartitions(ReassignPartitionsRequest request) {
    ReassignPartitionsResponse response = controllers.reassignPartitions(request);
    List<ReassignPartitionsResponse.Answer> answers = new ArrayList<>(response.answers());
    List<Integer> left = busy(answers);
    while (!left.isEmpty()) {
      response = controllers
          .reassignPartitions(new ReassignPartitionsRequest(left.stream().map(request.targets()::get).toList()));
      for (int at = 0; at < left.size(); at++) {
        answers.set(left.get(at), response.answers().get(at));
      }
      List<Integer> still = busy(answers);
      if (still.size() == left.size()) {
        break;
      }
      left = still;
    }
    awaitApplied(response.metadataIndex());
    return new ReassignPartitionsResponse(List.copyOf(answers), response.metadataIndex());
  }

  /** Positions of those that did not fit the entry. */
  private static List<Integer> busy(List<ReassignPartitionsResponse.Answer> answers) {
    List<Integer> busy = new ArrayList<>();
    for (int at = 0; at < answers.size(); at++) {
      if (answers.get(at).error() == ErrorCode.BUSY) {
        busy.add(at);
      }
    }
    return busy;
  }

  @Override
  public void decommissionBroker(int brokerId) {
    awaitApplied(controllers.decommissionBroker(new DecommissionBrokerRequest(brokerId, false)).metadataIndex());
  }

  @Override
  public void cancelDecommission(int brokerId) {
    awaitApplied(controllers.decommissionBroker(new DecommissionBrokerRequest(brokerId, true)).metadataIndex());
  }

  @Override
  public void unregisterBroker(int brokerId) {
    awaitApplied(controllers.unregisterBroker(new UnregisterBrokerRequest(brokerId)).metadataIndex());
  }

  /** The change is committed; only this broker's own view may lag, which is no failure of the request. */
  private void awaitApplied(long index) {
    try {
      view.awaitIndex(index, APPLY_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OttlaException(ErrorCode.INDETERMINATE, "The change is committed, but this broker is stopping.");
    }
  }
}
