package io.ottla.controller.http.inbound;

import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.MetadataFetchResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.MetadataPublisher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What brokers, and those who administer topics, ask of controllers. Only the active one decides; any serves committed metadata (M34). */
final class ClusterEndpoints {
  private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;
  private static final int MAX_PAGE_BYTES = 16 * 1024 * 1024;
  private static final long MAX_WAIT_MS = 30_000;

  private final ControllerHost host;
  private final MonotonicClock clock;

  ClusterEndpoints(ControllerHost host, MonotonicClock clock) {
    this.host = host;
    this.clock = clock;
  }

  void addTo(InternalServer server) {
    ControllerRoutes routes = new ControllerRoutes(host, server);
    routes.add("POST", "/cluster/v1/brokers/register", this::register);
    routes.add("POST", "/cluster/v1/brokers/heartbeat", this::heartbeat);
    routes.add("POST", "/cluster/v1/partitions/alter", this::alter);
    routes.add("POST", "/cluster/v1/topics", this::create);
    routes.add("POST", "/cluster/v1/topics/delete", this::delete);
    routes.add("POST", "/cluster/v1/producer-ids", this::producerIds);
    routes.add("GET", "/cluster/v1/metadata", this::metadata);
  }

  private Object register(HttpServletRequest in, Controller controller) throws IOException {
    RegisterBrokerRequest request = read(in, RegisterBrokerRequest.class);
    long epoch = ControllerRoutes.await(controller.register(Commands.register(request))).brokerEpoch();
    return new RegisterBrokerResponse(controller.identity().clusterId(), epoch);
  }

  private Object heartbeat(HttpServletRequest in, Controller controller) throws IOException {
    HeartbeatRequest request = read(in, HeartbeatRequest.class);
    long arrivedMs = clock.millis();
    checkCluster(controller, request.clusterId());
    HeartbeatCommand.Beat beat = ControllerRoutes.await(controller.heartbeat(Commands.heartbeat(request), arrivedMs));
    ControllerStatus status = controller.status();
    long term = status == null ? 0 : status.quorum().term();
    return new HeartbeatResponse(beat.fenced(), beat.shouldShutdown(), beat.caughtUp(), term,
        controller.metadata().endIndex());
  }

  private Object alter(HttpServletRequest in, Controller controller) throws IOException {
    AlterPartitionsRequest request = read(in, AlterPartitionsRequest.class);
    checkCluster(controller, request.clusterId());
    return Commands.altered(ControllerRoutes.await(controller.alterPartitions(Commands.alter(request))));
  }

  private Object create(HttpServletRequest in, Controller controller) throws IOException {
    CreateTopicRequest request = read(in, CreateTopicRequest.class);
    return Commands.created(ControllerRoutes.await(controller.createTopic(Commands.create(request))));
  }

  private Object delete(HttpServletRequest in, Controller controller) throws IOException {
    DeleteTopicRequest request = read(in, DeleteTopicRequest.class);
    return Commands.deleted(ControllerRoutes.await(controller.deleteTopic(Commands.delete(request))));
  }

  private Object producerIds(HttpServletRequest in, Controller controller) throws IOException {
    AllocateProducerIdsRequest request = read(in, AllocateProducerIdsRequest.class);
    checkCluster(controller, request.clusterId());
    return Commands.block(ControllerRoutes.await(controller.allocateProducerIds(Commands.producerIds(request))));
  }

  private Object metadata(HttpServletRequest in, Controller controller) throws IOException {
    long from = InternalExchange.longParameter(in, "fromIndex", 1);
    long maxBytes = InternalExchange.longParameter(in, "maxBytes", 1 << 20);
    long maxWaitMs = InternalExchange.longParameter(in, "maxWaitMs", 0);
    MetadataPublisher.Page page;
    try {
      page = controller.metadata().read(from, Math.clamp(maxBytes, 1, MAX_PAGE_BYTES),
          Math.clamp(maxWaitMs, 0, MAX_WAIT_MS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopping");
    }
    ControllerStatus status = controller.status();
    List<MetadataFetchResponse.Entry> entries = page.entries().stream()
        .map(entry -> new MetadataFetchResponse.Entry(entry.index(), entry.term(), raw(entry.json()))).toList();
    return new MetadataFetchResponse(controller.identity().clusterId(), status == null ? 0 : status.quorum().term(),
        page.endIndex(), page.logStartIndex(), ControllerRoutes.leader(controller), entries);
  }

  /** The entry's own bytes, not parsed and written again. */
  private static POJONode raw(byte[] json) {
    return new POJONode(new RawValue(new String(json, StandardCharsets.UTF_8)));
  }

  private static void checkCluster(Controller controller, @Nullable String clusterId) {
    if (!controller.identity().clusterId().equals(clusterId)) {
      throw new OttlaException(ErrorCode.INVALID_CLUSTER_ID,
          "this is cluster " + controller.identity().clusterId() + ", not " + clusterId);
    }
  }

  private static <T> T read(HttpServletRequest in, Class<T> type) throws IOException {
    return InternalExchange.json(in, MAX_BODY_BYTES, type);
  }
}
