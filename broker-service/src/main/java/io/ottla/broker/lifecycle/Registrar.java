package io.ottla.broker.lifecycle;

import java.util.Collection;
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
  private static final long NO_EPOCH = -1;

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

  /** What this start can prove about its logs: as much as the directory that can prove least (M12, M13). */
  public static RestartClass restartClass(Collection<StartedDirectory> directories) {
    RestartClass worst = RestartClass.CLEAN;
    boolean any = false;
    for (StartedDirectory directory : directories) {
      if (directory.vouches()) {
        RestartClass one = restartClass(directory);
        worst = one.compareTo(worst) > 0 ? one : worst;
        any = true;
      }
    }
    return any ? worst : RestartClass.LOSSY;
  }

  private static RestartClass restartClass(StartedDirectory directory) {
    DirectoryRecord.Registration previous = directory.manifest().registration();
    if (previous == null || !directory.sound()) {
      return RestartClass.LOSSY;
    }
    if (directory.cleanShutdownEpoch() == previous.brokerEpoch()) {
      return RestartClass.CLEAN;
    }
    boolean cacheIntact = !previous.machine().isEmpty() && previous.machine().equals(directory.machine());
    return previous.durability() == Durability.SYNC || cacheIntact ? RestartClass.CRASH_DURABLE : RestartClass.LOSSY;
  }

  /** The oldest registration that any directory remembers as its last: a directory that missed one makes the broker's logs old (M11). */
  private static long previousEpoch(Collection<StartedDirectory> directories) {
    long oldest = Long.MAX_VALUE;
    for (StartedDirectory directory : directories) {
      if (directory.vouches()) {
        DirectoryRecord.Registration previous = directory.manifest().registration();
        oldest = Math.min(oldest, previous == null ? NO_EPOCH : previous.brokerEpoch());
      }
    }
    return oldest == Long.MAX_VALUE ? NO_EPOCH : oldest;
  }

  /**
   * Registers; returns when a controller accepted and the epoch is durable in every directory.
   *
   * @param directories the log directories, at least one
   * @param clusterId their cluster, null when they have none yet
   * @throws OttlaException when the cluster will never take this broker as it is
   */
  public void register(List<StartedDirectory> directories, @Nullable String clusterId) throws InterruptedException {
    RestartClass restartClass = restartClass(directories);
    accepted(directories, clusterId, restartClass, untilAnswered(request(directories, clusterId, restartClass)));
  }

  /** What to ask for. */
  RegisterBrokerRequest request(List<StartedDirectory> directories, @Nullable String clusterId,
      RestartClass restartClass) {
    return new RegisterBrokerRequest(clusterId, session.brokerId(), incarnation,
        directories.stream().map(StartedDirectory::id).toList(), endpoints(), config.broker().rack(),
        previousEpoch(directories), restartClass, config.broker().durability().settingValue());
  }

  /** A controller accepted. */
  void accepted(List<StartedDirectory> directories, @Nullable String clusterId, RestartClass restartClass,
      RegisterBrokerResponse response) {
    if (clusterId != null && !clusterId.equals(response.clusterId())) {
      throw new OttlaException(ErrorCode.INVALID_CLUSTER_ID,
          "the controllers belong to cluster " + response.clusterId() + ", this directory to " + clusterId);
    }
    // Durable before anything may ask to be unfenced (M12).
    for (StartedDirectory directory : directories) {
      directory.manifest().store(new DirectoryRecord.Registration(response.brokerEpoch(),
          config.broker().durability(), directory.machine()));
    }
    session.clusterIs(response.clusterId());
    session.registered(response.brokerEpoch());
    LOG.info("event=registered broker={} brokerEpoch={} restartClass={} cluster={} directories={}", session.brokerId(),
        response.brokerEpoch(), restartClass, response.clusterId(), directories.size());
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
