package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.http.api.RequestBody;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.config.NodeConfig.HttpLimits;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Elections on request: of preferred leaders, or of whoever is there where nobody else can lead. */
@RestController
@RequestMapping(path = "/v3/clusters/{cluster}/topics", produces = MediaTypes.JSON)
public final class ElectionsController {
  private final BrokerView view;
  private final MaintenanceGateway gateway;
  private final RequestBody bodies;

  /** Elections are held by {@code gateway}. */
  public ElectionsController(BrokerView view, MaintenanceGateway gateway, HttpLimits limits) {
    this.view = view;
    this.gateway = gateway;
    bodies = new RequestBody(limits.maxBodyBytes());
  }

  /** Elects in all topics. */
  @PostMapping("/-/partitions/-/leader:elect")
  public ElectionResults everywhere(@PathVariable String cluster, HttpServletRequest request) throws IOException {
    ClusterCheck.resources(view, cluster, request);
    return results(elect(request, null, null));
  }

  /** Elects in all partitions of a topic. */
  @PostMapping("/{topic}/partitions/-/leader:elect")
  public ElectionResults inTopic(@PathVariable String cluster, @PathVariable String topic, HttpServletRequest request)
      throws IOException {
    ClusterCheck.resources(view, cluster, request);
    require(topic);
    return results(elect(request, topic, null));
  }

  /** Elects in one partition; refused when the one asked for cannot lead. */
  @PostMapping("/{topic}/partitions/{partition}/leader:elect")
  public ElectionResults inPartition(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) throws IOException {
    ClusterCheck.resources(view, cluster, request);
    int number = PathParameters.partition(partition);
    if (require(topic).partition(number).isEmpty()) {
      throw ApiException.unknownPartition(partition);
    }
    ElectLeadersResponse held = elect(request, topic, number);
    if (!held.failures().isEmpty()) {
      ElectLeadersResponse.Failure failure = held.failures().getFirst();
      throw new OttlaException(failure.code(), failure.message());
    }
    return results(held);
  }

  private ElectLeadersResponse elect(HttpServletRequest request, @Nullable String topic, @Nullable Integer partition)
      throws IOException {
    byte[] body = bodies.read(request);
    if (body.length > 0) {
      JsonContent.require(request);
    }
    return gateway.electLeaders(new ElectLeadersRequest(MaintenanceBodies.electionType(body), topic, partition));
  }

  private TopicImage require(String topic) {
    return view.image().topic(topic).orElseThrow(ApiException::unhosted);
  }

  private static ElectionResults results(ElectLeadersResponse held) {
    return new ElectionResults(
        held.elected().stream()
            .map(one -> new ElectionResults.Elected(one.topic(), one.partition(), one.leader(), one.unclean()))
            .toList(),
        held.failures().stream()
            .map(one -> new ElectionResults.Failure(one.topic(), one.partition(), one.code().number(), one.message()))
            .toList());
  }
}
