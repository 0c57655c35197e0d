package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.http.api.RequestBody;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.config.NodeConfig.HttpLimits;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsRequest.Target;
import io.ottla.common.wire.ReassignPartitionsResponse.Answer;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Partitions that move to other brokers: which do, how far they are, and how to begin or stop it. */
@RestController
@RequestMapping(path = "/v3/clusters/{cluster}/topics", produces = MediaTypes.JSON)
public final class ReassignmentsController {
  private final BrokerView view;
  private final MaintenanceGateway gateway;
  private final RequestBody bodies;

  /** Shows the image of {@code view}; changes go to {@code gateway}. */
  public ReassignmentsController(BrokerView view, MaintenanceGateway gateway, HttpLimits limits) {
    this.view = view;
    this.gateway = gateway;
    bodies = new RequestBody(limits.maxBodyBytes());
  }

  /** All partitions that are moving. */
  @GetMapping("/-/partitions/-/reassignment")
  public Collection<ReassignmentResource> all(@PathVariable String cluster, HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    MetadataImage image = view.image();
    MaintenanceMaker make = new MaintenanceMaker(at, image);
    return list(at, "/topics/-", image.topics().stream().flatMap(topic -> make.reassignments(topic).stream()).toList());
  }

  /** Begins to move, or stops moving, many partitions; each is judged for itself. */
  @PostMapping("/-/partitions/-/reassignment")
  public ResponseEntity<ReassignmentResults> change(@PathVariable String cluster, HttpServletRequest request)
      throws IOException {
    ClusterCheck.resources(view, cluster, request);
    JsonContent.require(request);
    List<Target> targets = MaintenanceBodies.reassignments(bodies.read(request));
    List<ReassignmentResults.Success> successes = new ArrayList<>();
    List<ReassignmentResults.Failure> failures = new ArrayList<>();
    for (Answer answer : gateway.reassignPartitions(new ReassignPartitionsRequest(targets)).answers()) {
      ErrorCode error = answer.error();
      if (error == null) {
        successes.add(new ReassignmentResults.Success(answer.topic(), answer.partition()));
      } else {
        failures.add(new ReassignmentResults.Failure(answer.topic(), answer.partition(), error.number(),
            message(answer, error)));
      }
    }
    return ResponseEntity.status(207).body(new ReassignmentResults(successes, failures));
  }

  /** Partitions of a topic that are moving. */
  @GetMapping("/{topic}/partitions/-/reassignment")
  public Collection<ReassignmentResource> ofTopic(@PathVariable String cluster, @PathVariable String topic,
      HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    MetadataImage image = view.image();
    return list(at, ResourceMaker.topicPath(topic),
        new MaintenanceMaker(at, image).reassignments(require(image, topic)));
  }

  private static Collection<ReassignmentResource> list(Resources at, String topicPath,
      List<ReassignmentResource> found) {
    return Collection.of("KafkaReassignmentList", at.url(topicPath + "/partitions/-/reassignment"), found);
  }

  /** How a partition moves; 404 when it does not. */
  @GetMapping("/{topic}/partitions/{partition}/reassignment")
  public ReassignmentResource one(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    MetadataImage image = view.image();
    TopicImage found = require(image, topic);
    int number = PathParameters.partition(partition);
    PartitionState state = require(found, number);
    if (!state.reassigning()) {
      throw ApiException.notFound("Partition " + number + " of topic " + topic + " is not being reassigned.");
    }
    return new MaintenanceMaker(at, image).reassignment(found, number, state);
  }

  /** Begins to move a partition: 202 while it moves, 200 when there was nothing to wait for. */
  @PostMapping("/{topic}/partitions/{partition}/reassignment")
  public ResponseEntity<ReassignmentResource> begin(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) throws IOException {
    Resources at = ClusterCheck.resources(view, cluster, request);
    JsonContent.require(request);
    List<Integer> replicas = MaintenanceBodies.replicas(bodies.read(request));
    int number = PathParameters.partition(partition);
    require(require(view.image(), topic), number);
    change(topic, number, replicas);
    MetadataImage image = view.image();
    TopicImage found = require(image, topic);
    PartitionState state = require(found, number);
    return ResponseEntity.status(state.reassigning() ? 202 : 200)
        .body(new MaintenanceMaker(at, image).reassignment(found, number, state));
  }

  /** Back to the replicas it had before. */
  @DeleteMapping("/{topic}/partitions/{partition}/reassignment")
  public ResponseEntity<Void> cancel(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) {
    ClusterCheck.resources(view, cluster, request);
    int number = PathParameters.partition(partition);
    require(require(view.image(), topic), number);
    change(topic, number, null);
    return ResponseEntity.noContent().build();
  }

  private void change(String topic, int partition, @Nullable List<Integer> replicas) {
    Answer answer = gateway.reassignPartitions(new ReassignPartitionsRequest(
        List.of(new Target(topic, partition, replicas)))).answers().getFirst();
    ErrorCode error = answer.error();
    if (error != null) {
      throw new OttlaException(error, message(answer, error));
    }
  }

  private static String message(Answer answer, ErrorCode error) {
    String message = answer.message();
    return message == null ? error.name() : message;
  }

  private static TopicImage require(MetadataImage image, String topic) {
    return image.topic(topic).orElseThrow(ApiException::unhosted);
  }

  private static PartitionState require(TopicImage topic, int partition) {
    return topic.partition(partition)
        .orElseThrow(() -> ApiException.unknownPartition(Integer.toString(partition)));
  }
}
