package io.ottla.broker.lifecycle;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.common.config.Durability;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.EndpointWire;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.common.wire.RestartClass;

/** Makes this process a member: tries until a controller takes it, or refuses it for good (M9–M12). Used by the starting thread. */
public final class Registrar {
  private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);
  private static final long RETRY_MS = 200;

  private final NodeConfig config;
  private final ControllerCalls controllers;
  private final BrokerSession session;
  private final UUID incarnation;

  /**
   * @param incarnation random per process start: a retried registration gets the same epoch
   */
  public Registrar(NodeConfig config, ControllerCalls controllers, BrokerSession session, UUID incarnation) {
    this.config = config;
    this.controllers = controllers;
    this.session = session;
    this.incarnation = incarnation;
  }

  /**
   * What this start can prove about its logs (M12, M13).
   *
   * @param previous the registration the directory remembers, null for a new one
   * @param cleanShutdownEpoch epoch of the last clean shutdown, or -1
   * @param sound whether recovery found no corruption and every replica of the manifest is there
   */
  public static RestartClass restartClass(DirectoryRecord.@Nullable Registration previous, long cleanShutdownEpoch,
      boolean sound) {
    if (previous == null || !sound) {
      return RestartClass.LOSSY;
    }
    if (cleanShutdownEpoch == previous.brokerEpoch()) {
      return RestartClass.CLEAN;
    }
    return previous.durability() == Durability.SYNC ? RestartClass.CRASH_DURABLE : RestartClass.LOSSY;
  }

  /**
   * Registers; returns when a controller accepted and the epoch is durable here.
   *
   * @param clusterId the directory's cluster, null when it has none yet
   * @throws OttlaException when the cluster will never take this broker as it is
   */
  public void register(DirectoryRecord record, @Nullable String clusterId, UUID directoryId, RestartClass restartClass)
      throws InterruptedException {
    accepted(record, clusterId, restartClass, untilAnswered(request(record, clusterId, directoryId, restartClass)));
  }

  /** What to ask for. */
  RegisterBrokerRequest request(DirectoryRecord record, @Nullable String clusterId, UUID directoryId,
      RestartClass restartClass) {
    DirectoryRecord.Registration previous = record.registration();
    return new RegisterBrokerRequest(clusterId, session.brokerId(), incarnation, List.of(directoryId), endpoints(),
        config.broker().rack(), previous == null ? -1 : previous.brokerEpoch(), restartClass,
        config.broker().durability().settingValue());
  }

  /** A controller accepted. */
  void accepted(DirectoryRecord record, @Nullable String clusterId, RestartClass restartClass,
      RegisterBrokerResponse response) {
    if (clusterId != null && !clusterId.equals(response.clusterId())) {
      throw new OttlaException(ErrorCode.INVALID_CLUSTER_ID,
          "the controllers belong to cluster " + response.clusterId() + ", this directory to " + clusterId);
    }
    // Durable before anything may ask to be unfenced (M12).
    record.store(new DirectoryRecord.Registration(response.brokerEpoch(), config.broker().durability()));
    session.clusterIs(response.clusterId());
    session.registered(response.brokerEpoch());
    LOG.info("event=registered broker={} brokerEpoch={} restartClass={} cluster={}", session.brokerId(),
        response.brokerEpoch(), restartClass, response.clusterId());
  }

  private RegisterBrokerResponse untilAnswered(RegisterBrokerRequest request) throws InterruptedException {
    ErrorCode said = null;
    while (!session.stopping()) {
      try {
        return controllers.register(request);
      } catch (OttlaException e) {
        if (isFinal(e.code())) {
          throw e;
        }
        if (e.code() != said) {
          LOG.info("event=registration_waits code={} reason=\"{}\"", e.code(), e.getMessage());
        }
        said = e.code();
        session.pause(RETRY_MS);
      }
    }
    throw new InterruptedException("stopping");
  }

  static boolean isFinal(ErrorCode code) {
    return switch (code) {
      case INVALID_CLUSTER_ID, INVALID_REQUEST, INVALID_CONFIG -> true;
      default -> false;
    };
  }

  private List<EndpointWire> endpoints() {
    var client = config.advertised(Endpoint.CLIENT);
    var internal = config.advertised(Endpoint.INTERNAL);
    return List.of(new EndpointWire(Endpoint.CLIENT, client.host(), client.port()),
        new EndpointWire(Endpoint.INTERNAL, internal.host(), internal.port()),
        new EndpointWire(Endpoint.MANAGEMENT, internal.host(), config.managementPort()));
  }
}
