package io.ottla.broker.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.random.SecureRandomSource;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a broker creates a topic: under an id of its own choice, once, and honest about what it does not know. */
class ControllerAdminGatewayTest {
  private static final CreateTopicRequest ORDERS = new CreateTopicRequest("orders", 1, 1, null, Map.of(), false);

  private final FakeControllers controllers = new FakeControllers();
  private final FakeView view = new FakeView();
  private final ControllerAdminGateway gateway = new ControllerAdminGateway(controllers, view,
      new SecureRandomSource());

  @Test
  void everyCreationHasAnIdOfItsOwnAndSaysWhenItWasChosen() {
    controllers.answer = ControllerAdminGatewayTest::created;
    gateway.createTopic(ORDERS);
    gateway.createTopic(ORDERS);
    assertThat(controllers.requests).extracting(CreateTopicRequest::topicId).doesNotContainNull()
        .doesNotHaveDuplicates();
    assertThat(controllers.requests).extracting(CreateTopicRequest::chosenAtIndex).containsOnly(1L);
  }

  @Test
  void aMereCheckNeedsNoId() {
    controllers.answer = ControllerAdminGatewayTest::created;
    gateway.createTopic(new CreateTopicRequest("orders", 1, 1, null, Map.of(), true));
    assertThat(controllers.requests.getFirst().topicId()).isNull();
  }

  /** M2: refused, so nothing was done, and a fresh id chosen from newer metadata is as good as the first. */
  @Test
  void aStaleIdIsReplacedOnceTheMetadataIsNewer() {
    controllers.answer = request -> {
      if (request.chosenAtIndex() < 3) {
        view.append();
        throw new OttlaException(ErrorCode.STALE_TOPIC_ID, "choose another");
      }
      return created(request);
    };
    assertThat(gateway.createTopic(ORDERS).name()).isEqualTo("orders");
    assertThat(controllers.requests).extracting(CreateTopicRequest::chosenAtIndex).containsExactly(1L, 2L, 3L);
    assertThat(controllers.requests).extracting(CreateTopicRequest::topicId).doesNotHaveDuplicates();
  }

  @Test
  void aStaleIdWithoutNewerMetadataIsHandedOn() {
    controllers.answer = request -> {
      throw new OttlaException(ErrorCode.STALE_TOPIC_ID, "choose another");
    };
    assertThat(failure()).isEqualTo(ErrorCode.STALE_TOPIC_ID);
  }

  @Test
  void anUnknownOutcomeIsKnownWhenTheTopicIsThere() {
    controllers.answer = request -> {
      view.topic(Objects.requireNonNull(request.topicId()), request.name());
      throw new OttlaException(ErrorCode.INDETERMINATE, "lost");
    };
    CreateTopicResponse response = gateway.createTopic(ORDERS);
    assertThat(response.topicId()).isEqualTo(controllers.requests.getFirst().topicId());
    assertThat(response.replicationFactor()).isEqualTo(1);
  }

  @Test
  void anotherTopicOfThatNameProvesNothing() {
    controllers.answer = request -> {
      view.topic(new UUID(9, 9), request.name());
      throw new OttlaException(ErrorCode.INDETERMINATE, "lost");
    };
    assertThat(failure()).isEqualTo(ErrorCode.INDETERMINATE);
  }

  @Test
  void refusalsAreHandedOn() {
    controllers.answer = request -> {
      throw new OttlaException(ErrorCode.TOPIC_EXISTS, "no");
    };
    assertThat(failure()).isEqualTo(ErrorCode.TOPIC_EXISTS);
    assertThat(controllers.requests).hasSize(1);
  }

  private ErrorCode failure() {
    ErrorCode[] code = new ErrorCode[1];
    assertThatThrownBy(() -> gateway.createTopic(ORDERS)).isInstanceOfSatisfying(OttlaException.class,
        e -> code[0] = e.code());
    return code[0];
  }

  private static CreateTopicResponse created(CreateTopicRequest request) {
    return new CreateTopicResponse(request.topicId(), request.name(), 1, 1, 0);
  }

  private static final class FakeView implements BrokerView {
    private MetadataImage image = MetadataDelta.apply(MetadataImage.EMPTY, 1, 1,
        List.of(new MetadataRecord.RegisterBroker(7, new UUID(1, 1), List.of(new UUID(2, 7)), List.of(), null,
            new TreeMap<>()), MetadataRecord.BrokerChange.unfence(7, 1)));

    void topic(UUID id, String name) {
      append(new MetadataRecord.TopicRecord(id, name), new MetadataRecord.PartitionRecord(id, 0,
          PartitionState.created(List.of(7), List.of(7), List.of(PartitionState.UNASSIGNED_DIRECTORY))));
    }

    void append(MetadataRecord... records) {
      image = MetadataDelta.apply(image, image.index() + 1, 1, List.of(records));
    }

    @Override
    public int brokerId() {
      return 7;
    }

    @Override
    public long brokerEpoch() {
      return 1;
    }

    @Override
    public String clusterId() {
      return "c";
    }

    @Override
    public MetadataImage image() {
      return image;
    }

    @Override
    public boolean awaitIndex(long index, Duration timeout) {
      return image.index() >= index;
    }
  }

  private static final class FakeControllers implements ControllerCalls {
    private final List<CreateTopicRequest> requests = new ArrayList<>();
    private @Nullable Function<CreateTopicRequest, CreateTopicResponse> answer;

    @Override
    public CreateTopicResponse createTopic(CreateTopicRequest request) {
      requests.add(request);
      return Objects.requireNonNull(answer).apply(request);
    }

    @Override
    public RegisterBrokerResponse register(RegisterBrokerRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public HeartbeatResponse heartbeat(HeartbeatRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public AlterPartitionsResponse alterPartitions(AlterPartitionsRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public DeleteTopicResponse deleteTopic(DeleteTopicRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public AllocateProducerIdsResponse allocateProducerIds(AllocateProducerIdsRequest request) {
      throw new AssertionError("not asked for");
    }
  }
}
