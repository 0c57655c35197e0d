package io.ottla.broker.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.catalog.MetadataLog;
import io.ottla.broker.lifecycle.MaintenanceCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.AlterTopicConfigsResponse;
import io.ottla.common.wire.DecommissionBrokerRequest;
import io.ottla.common.wire.DecommissionBrokerResponse;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.ElectLeadersResponse.Elected;
import io.ottla.common.wire.ElectLeadersResponse.Failure;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.GrowTopicResponse;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsRequest.Target;
import io.ottla.common.wire.ReassignPartitionsResponse;
import io.ottla.common.wire.ReassignPartitionsResponse.Answer;
import io.ottla.common.wire.UnregisterBrokerRequest;
import io.ottla.common.wire.UnregisterBrokerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Changes carried to the controllers: pieces are put together, and what is known is not called unknown. */
class ControllerMaintenanceGatewayTest {
  private final MetadataLog log = MetadataLog.withBrokers(2);
  private final FakeControllers controllers = new FakeControllers();
  private final FakeView view = new FakeView();
  private final ControllerMaintenanceGateway gateway = new ControllerMaintenanceGateway(controllers, view);

  @Test
  void itWaitsUntilThisBrokerSeesTheChange() {
    gateway.alterTopicConfigs(new AlterTopicConfigsRequest("t", List.of(), false));
    gateway.decommissionBroker(1);
    gateway.cancelDecommission(1);
    gateway.unregisterBroker(1);
    assertThat(view.awaited).containsExactly(11L, 12L, 12L, 13L);
    assertThat(controllers.calls).hasSize(4).contains(new DecommissionBrokerRequest(1, false),
        new DecommissionBrokerRequest(1, true), new UnregisterBrokerRequest(1));
  }

  @Test
  void electionsAreAskedForUntilThereAreNoMore() {
    Failure failure = new Failure("t", 9, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, "away");
    controllers.elections.add(new ElectLeadersResponse(List.of(new Elected("t", 0, 1, false)), List.of(), true, 5));
    controllers.elections.add(
        new ElectLeadersResponse(List.of(new Elected("t", 1, 2, false)), List.of(failure), false, 6));
    ElectLeadersResponse all = gateway
        .electLeaders(new ElectLeadersRequest(ElectLeadersRequest.Type.PREFERRED, "t", null));
    assertThat(all.elected()).extracting(Elected::partition).containsExactly(0, 1);
    assertThat(all.failures()).containsExactly(failure);
    assertThat(all.more()).isFalse();
    assertThat(view.awaited).containsExactly(6L);
  }

  @Test
  void movesThatDidNotFitAreSentAgainAndAnswersKeepTheirPlaces() {
    controllers.fits = 2;
    ReassignPartitionsResponse response = gateway.reassignPartitions(new ReassignPartitionsRequest(List.of(
        new Target("t", 0, List.of(1)), new Target("gone", 1, List.of(1)), new Target("t", 2, List.of(1)),
        new Target("t", 3, List.of(1)), new Target("gone", 4, List.of(1)))));
    assertThat(response.answers()).extracting(Answer::partition).containsExactly(0, 1, 2, 3, 4);
    assertThat(response.answers()).extracting(Answer::error).containsExactly(null, ErrorCode.UNKNOWN_TOPIC, null, null,
        ErrorCode.UNKNOWN_TOPIC);
  }

  @Test
  void movesThatNeverFitAreHandedBack() {
    controllers.fits = 0;
    assertThat(gateway.reassignPartitions(new ReassignPartitionsRequest(List.of(new Target("t", 0, List.of(1)))))
        .answers()).extracting(Answer::error).containsExactly(ErrorCode.BUSY);
  }

  @Test
  void aGrowthOfUnknownOutcomeIsKnownWhenThePartitionsAreThere() {
    log.create("t", 3, 1, 2);
    controllers.growth = ErrorCode.INDETERMINATE;
    gateway.growTopic(new GrowTopicRequest("t", 3, false));
    assertThat(failure(new GrowTopicRequest("t", 4, false))).isEqualTo(ErrorCode.INDETERMINATE);
    controllers.growth = ErrorCode.INVALID_PARTITIONS;
    assertThat(failure(new GrowTopicRequest("t", 3, false))).as("a refusal stays one")
        .isEqualTo(ErrorCode.INVALID_PARTITIONS);
  }

  private ErrorCode failure(GrowTopicRequest request) {
    ErrorCode[] code = new ErrorCode[1];
    assertThatThrownBy(() -> gateway.growTopic(request)).isInstanceOfSatisfying(OttlaException.class,
        e -> code[0] = e.code());
    return code[0];
  }

  private final class FakeView implements BrokerView {
    private final List<Long> awaited = new ArrayList<>();

    @Override
    public int brokerId() {
      return 1;
    }

    @Override
    public long brokerEpoch() {
      return 1;
    }

    @Override
    public String clusterId() {
      return MetadataLog.CLUSTER;
    }

    @Override
    public MetadataImage image() {
      return log.image();
    }

    @Override
    public boolean awaitIndex(long index, Duration timeout) {
      awaited.add(index);
      return true;
    }
  }

  private static final class FakeControllers implements MaintenanceCalls {
    private final List<Object> calls = new ArrayList<>();
    private final List<ElectLeadersResponse> elections = new ArrayList<>();
    private int fits = Integer.MAX_VALUE;
    private @Nullable ErrorCode growth;

    @Override
    public AlterTopicConfigsResponse alterTopicConfigs(AlterTopicConfigsRequest request) {
      calls.add(request);
      return new AlterTopicConfigsResponse(11);
    }

    @Override
    public GrowTopicResponse growTopic(GrowTopicRequest request) {
      ErrorCode code = growth;
      if (code != null) {
        throw new OttlaException(code, "no");
      }
      return new GrowTopicResponse(request.partitions(), 1, 1);
    }

    @Override
    public ElectLeadersResponse electLeaders(ElectLeadersRequest request) {
      return elections.removeFirst();
    }

    /** Topics called "gone" are unknown; of the others only so many fit one entry. */
    @Override
    public ReassignPartitionsResponse reassignPartitions(ReassignPartitionsRequest request) {
      List<Answer> answers = new ArrayList<>();
      int taken = 0;
      for (Target target : request.targets()) {
        ErrorCode error = target.topic().equals("gone") ? ErrorCode.UNKNOWN_TOPIC : taken++ < fits ? null
            : ErrorCode.BUSY;
        answers.add(new Answer(target.topic(), target.partition(), error, null));
      }
      return new ReassignPartitionsResponse(answers, 1);
    }

    @Override
    public DecommissionBrokerResponse decommissionBroker(DecommissionBrokerRequest request) {
      calls.add(request);
      return new DecommissionBrokerResponse(0, 12);
    }

    @Override
    public UnregisterBrokerResponse unregisterBroker(UnregisterBrokerRequest request) {
      calls.add(request);
      return new UnregisterBrokerResponse(13);
    }
  }
}
