package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.HeartbeatCommand.Beat;
import io.ottla.controller.control.PartitionMoves.Departure;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides about brokers: registration (M9 to M11), heartbeats, fencing and controlled shutdown (M14 to M19). Changes no metadata; of the sessions
 * only what it need not look for again.
 *
 * <p>
 * What concerns more partitions than a {@link Piece} holds goes in several entries. After each of them the cluster is sound: the broker has left
 * some ISRs and not yet others, and only the entry with the last of them fences, registers or unfences it (I16). Whatever interrupts this, a
 * heartbeat of a broker thought dead or a failover, leaves nothing to undo.
 */
final class BrokerControl {
  private final ControlSettings settings;
  private final int pieceRecords;

  BrokerControl(ControlSettings settings, int pieceRecords) {
    this.settings = settings;
    this.pieceRecords = pieceRecords;
  }

  Decision<Registered> register(MetadataImage image, BrokerSessions sessions, RegisterBrokerCommand command,
      long nowMs) {
    Optional<Decision<Registered>> refused = refuse(image, command);
    if (refused.isPresent()) {
      return refused.get();
    }
    BrokerRegistration old = image.brokers().get(command.brokerId());
    if (old != null && old.incarnationId().equals(command.incarnationId())) {
      return Decision.accept(List.of(), new Registered(old.brokerEpoch()), old.brokerEpoch());
    }
    if (!sessions.mayBeReplaced(command.brokerId(), nowMs)) {
      return Decision.reject(ErrorCode.DUPLICATE_BROKER, "Another process is alive as broker " + command.brokerId()
          + "; if it is gone, this id is free after " + settings.sessionTimeoutMs() + " ms.", image.index());
    }
    Departure departure = isUnclean(old, command) ? Departure.UNCLEAN : Departure.CLEAN;
    Piece moves = new Piece(pieceRecords);
    PartitionMoves.reRegister(image, command.brokerId(), departure, command.directoryIds(), moves);
    return moves.isOverflown()
        ? tooManyAtOnce(image, moves)
        : Decision.accept(moves.endingWith(registration(command)), new Registered(image.index() + 1), image.index());
  }

  private static MetadataRecord registration(RegisterBrokerCommand command) {
    return new MetadataRecord.RegisterBroker(command.brokerId(), command.incarnationId(), command.directoryIds(),
        command.endpoints(), command.rack(), command.features());
  }

  /** More partitions than one entry should hold: a piece of them is moved, and the broker's retry continues from there. */
  private static Decision<Registered> tooManyAtOnce(MetadataImage image, Piece moves) {
    return new Decision<>(moves.records(),
        new Decision.Rejected<>(ErrorCode.BUSY,
            "The broker's partitions are being moved, more than fit one entry; try again."),
        image.index());
  }

  /** M10. */
  private Optional<Decision<Registered>> refuse(MetadataImage image, RegisterBrokerCommand command) {
    String cluster = command.clusterId();
    if (cluster != null && !cluster.equals(settings.clusterId())) {
      return refusal(image, ErrorCode.INVALID_CLUSTER_ID,
          "Broker " + command.brokerId() + " belongs to cluster " + cluster + ", not " + settings.clusterId() + ".");
    }
    if (command.brokerId() < 0 || command.directoryIds().isEmpty() || command.endpoints().isEmpty()
        || new HashSet<>(command.directoryIds()).size() != command.directoryIds().size()) {
      return refusal(image, ErrorCode.INVALID_REQUEST,
          "A broker needs an id of at least 0, an endpoint, and distinct directory ids.");
    }
    String durability = image.clusterConfig(ClusterConfigs.DURABILITY)
        .orElseGet(() -> settings.clusterConfigs().getOrDefault(ClusterConfigs.DURABILITY, image.durability()));
    if (!durability.equals(command.durability())) {
      return refusal(image, ErrorCode.INVALID_CONFIG, "Broker " + command.brokerId() + " has durability="
          + command.durability() + ", but the cluster has durability=" + durability + ".");
    }
    for (BrokerRegistration other : image.brokers().values()) {
      for (UUID directory : command.directoryIds()) {
        if (other.brokerId() != command.brokerId() && other.directoryIds().contains(directory)) {
          return refusal(image, ErrorCode.INVALID_REQUEST,
              "Directory " + directory + " belongs to broker " + other.brokerId() + "; was it copied?");
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Decision<Registered>> refusal(MetadataImage image, ErrorCode code, String message) {
    return Optional.of(Decision.reject(code, message, image.index()));
  }

  /**
   * M11. The directories must have lived through the last epoch under which the broker was unfenced. A later epoch of the same broker is as
   * good: under it the broker was in no ISR, so nothing was confirmed that they could lack. A crash between registration and unfencing must
   * not cost the broker its eligibility.
   */
  private static boolean isUnclean(@Nullable BrokerRegistration old,
      RegisterBrokerCommand command) {
    if (old == null || command.restartClass() == RestartClass.LOSSY) {
      return true;
    }
    boolean knowsLastActiveEpoch = command.previousBrokerEpoch() >= old.lastActiveEpoch()
        && command.previousBrokerEpoch() <= old.brokerEpoch();
    return !knowsLastActiveEpoch || !command.directoryIds().containsAll(old.directoryIds());
  }

  /**
   * A heartbeat; the caller has noted the contact already (M15).
   *
   * @param image the speculative image, which decides
   * @param committed the committed image, which the broker is told about
   * @param arrivedMs monotonic time when the request arrived
   */
  Decision<Beat> heartbeat(MetadataImage image, MetadataImage committed, BrokerSessions sessions,
      HeartbeatCommand command, long arrivedMs) {
    BrokerRegistration broker = image.brokers().get(command.brokerId());
    if (broker == null) {
      return Decision.reject(ErrorCode.UNKNOWN_BROKER, "Broker " + command.brokerId() + " is not registered.",
          image.index());
    }
    if (broker.brokerEpoch() != command.brokerEpoch()) {
      return Decision.reject(ErrorCode.STALE_BROKER_EPOCH, "Broker " + command.brokerId() + " has epoch "
          + broker.brokerEpoch() + ", not " + command.brokerEpoch() + ".", image.index());
    }
    boolean caughtUp = command.appliedMetadataIndex() >= broker.brokerEpoch();
    List<MetadataRecord> losses = losses(image, broker, command);
    if (!losses.isEmpty()) {
      return Decision.accept(losses, new Beat(broker.fenced(), false, caughtUp), image.index());
    }
    List<MetadataRecord> moved = locations(image, broker, command);
    if (!moved.isEmpty()) {
      return Decision.accept(moved, new Beat(isFenced(committed, broker), false, caughtUp), image.index());
    }
    if (command.wantShutdown()) {
      return shutdown(image, committed, sessions, broker, caughtUp);
    }
    if (command.wantFence() && !broker.fenced()) {
      List<MetadataRecord> fencing = fence(image, broker);
      return Decision.accept(fencing, new Beat(fences(fencing), false, caughtUp), image.index());
    }
    boolean mayServe = broker.fenced() && !broker.inControlledShutdown() && caughtUp
        && sessions.isLive(command.brokerId(), arrivedMs);
    if (!command.wantFence() && mayServe) {
      return Decision.accept(unfence(image, broker), new Beat(false, false, true), image.index());
    }
    return Decision.accept(List.of(), new Beat(isFenced(committed, broker), false, caughtUp), committed.index());
  }

  /** M17: the broker, and the leaderships only it can take; those beyond a piece follow as due elections. */
  private List<MetadataRecord> unfence(MetadataImage image, BrokerRegistration broker) {
    Piece elections = new Piece(pieceRecords);
    PartitionMoves.comeBack(image, broker.brokerId(), elections);
    List<MetadataRecord> records = new ArrayList<>();
    records.add(BrokerChange.unfence(broker.brokerId(), broker.brokerEpoch()));
    records.addAll(elections.records());
    return records;
  }

  /** M18: out of every ISR and fenced, in one entry. Beyond a piece, the ISRs go first and the fence comes with the last. */
  List<MetadataRecord> fence(MetadataImage image, BrokerRegistration broker) {
    Piece moves = new Piece(pieceRecords);
    PartitionMoves.leave(image, broker.brokerId(), moves);
    return moves.isOverflown()
        ? moves.records()
        : moves.endingWith(BrokerChange.fence(broker.brokerId(), broker.brokerEpoch()));
  }

  private static boolean fences(List<MetadataRecord> records) {
    return records.getLast() instanceof BrokerChange;
  }

  /** M19. */
  private Decision<Beat> shutdown(MetadataImage image, MetadataImage committed, BrokerSessions sessions,
      BrokerRegistration broker, boolean caughtUp) {
    if (broker.fenced()) {
      return Decision.accept(List.of(), new Beat(true, true, caughtUp), image.index());
    }
    List<MetadataRecord> records = handOver(image, sessions, broker);
    if (!records.isEmpty()) {
      return Decision.accept(records, new Beat(false, false, caughtUp), image.index());
    }
    if (!sessions.shutdownWasSeenByAll(image, broker.brokerId())) {
      return Decision.accept(List.of(), new Beat(false, false, caughtUp), committed.index());
    }
    List<MetadataRecord> fencing = fence(image, broker);
    return Decision.accept(fencing, new Beat(fences(fencing), fences(fencing), caughtUp), image.index());
  }

  /** A piece of what the broker, which is leaving, can still hand over. Looked for only while something may be found. */
  private List<MetadataRecord> handOver(MetadataImage image, BrokerSessions sessions, BrokerRegistration broker) {
    List<MetadataRecord> records = new ArrayList<>();
    if (!broker.inControlledShutdown()) {
      records.add(BrokerChange.shuttingDown(broker.brokerId(), broker.brokerEpoch()));
    } else if (!sessions.mayHandOver(broker.brokerId())) {
      return records;
    }
    Piece moves = new Piece(pieceRecords);
    PartitionMoves.handOver(image, broker.brokerId(), moves);
    records.addAll(moves.records());
    if (records.isEmpty()) {
      sessions.nothingToHandOver(broker.brokerId());
    }
    return records;
  }

  /** Replicas whose log is gone leave ISR and ELR; failed directories are no longer the broker's. */
  private List<MetadataRecord> losses(MetadataImage image, BrokerRegistration broker, HeartbeatCommand command) {
    List<UUID> offline = broker.directoryIds().stream().filter(command.offlineDirectoryIds()::contains).toList();
    Piece moves = new Piece(pieceRecords);
    PartitionMoves.lose(image, broker.brokerId(), command.lostReplicas(), moves);
    if (!moves.records().isEmpty() || offline.isEmpty()) {
      return moves.records();
    }
    List<UUID> left = broker.directoryIds().stream().filter(id -> !offline.contains(id)).toList();
    PartitionMoves.lose(image, broker.brokerId(), offline, left, moves);
    return moves.isOverflown()
        ? moves.records()
        : moves.endingWith(new BrokerChange(broker.brokerId(), broker.brokerEpoch(), null, null, left));
  }

  /** A broker with several directories chooses one for each replica, and says so. */
  private List<MetadataRecord> locations(MetadataImage image, BrokerRegistration broker, HeartbeatCommand command) {
    Piece moves = new Piece(pieceRecords);
    for (HeartbeatCommand.Location location : command.locations()) {
      if (broker.directoryIds().contains(location.directoryId())) {
        PartitionMoves.locate(image, broker.brokerId(), location, moves);
      }
    }
    return moves.records();
  }

  private static boolean isFenced(MetadataImage committed, BrokerRegistration broker) {
    return committed.broker(broker.brokerId()).map(BrokerRegistration::fenced).orElse(true);
  }
}
