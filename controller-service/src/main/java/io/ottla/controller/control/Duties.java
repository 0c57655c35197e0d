package io.ottla.controller.control;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the active controller does without being asked. Every duty follows from the image and the sessions, and is due until it is in the log:
 * one whose append was refused is found again. Large ones go piece by piece, with a rest after each, so that the thread gets back to the
 * quorum's heartbeats. One thread.
 */
final class Duties {
  /** An entry of so many records is worth a rest. */
  private static final int LARGE_ENTRY_RECORDS = 500;
  /** Long enough for the caller to turn to something else, shorter than a tick. */
  private static final long REST_MS = 5;

  private final ControlSettings settings;
  private final BrokerSessions sessions;
  private final BrokerControl brokers;
  private final int pieceRecords;
  private final ReplicaDuties replicas;
  private boolean electionsDue = true;
  private long lastBalanceMs;
  private List<MetadataRecord> offeredBalance = List.of();
  private long restUntilMs;

  Duties(ControlSettings settings, BrokerSessions sessions, BrokerControl brokers, int pieceRecords, long nowMs) {
    this.settings = settings;
    this.sessions = sessions;
    this.brokers = brokers;
    this.pieceRecords = pieceRecords;
    this.replicas = new ReplicaDuties(pieceRecords);
    this.lastBalanceMs = nowMs;
    this.restUntilMs = nowMs;
  }

  /** The next entry that is due, empty when there is none or a rest is. */
  Optional<List<MetadataRecord>> next(MetadataImage image, long nowMs) {
    sessions.look(nowMs);
    if (nowMs < restUntilMs) {
      return Optional.empty();
    }
    return missingConfigs(image).or(() -> fencing(image, nowMs)).or(() -> elections(image))
        .or(() -> unlessEmpty(replicas.completions(image))).or(() -> unlessEmpty(replicas.drain(image)))
        .or(() -> balance(image, nowMs));
  }

  /** A broker was unfenced, or settings changed: leaderless partitions may have found their leader. */
  void electionsMayBeDue() {
    electionsDue = true;
  }

  /** An entry is in the log, of a duty or of anything else. */
  void appended(MetadataDelta delta, List<MetadataRecord> records, long nowMs) {
    replicas.appended(delta);
    if (records.size() >= LARGE_ENTRY_RECORDS) {
      restUntilMs = nowMs + REST_MS;
    }
    if (!offeredBalance.isEmpty() && records.equals(offeredBalance)) {
      offeredBalance = List.of();
      lastBalanceMs = nowMs;
    }
  }

  private Optional<List<MetadataRecord>> missingConfigs(MetadataImage image) {
    List<MetadataRecord> records = new ArrayList<>();
    settings.clusterConfigs().forEach((key, value) -> {
      if (image.clusterConfig(key).isEmpty()) {
        records.add(new ConfigRecord(ConfigResource.CLUSTER, key, value));
      }
    });
    return unlessEmpty(records);
  }

  /** M16: one broker at a time, each against the image after the one before. */
  private Optional<List<MetadataRecord>> fencing(MetadataImage image, long nowMs) {
    for (BrokerRegistration broker : image.brokers().values()) {
      if (!broker.fenced() && !sessions.isLive(broker.brokerId(), nowMs)) {
        return Optional.of(brokers.fence(image, broker));
      }
    }
    return Optional.empty();
  }

  /** Looked for again after a piece of them, which also covers a piece that was not appended. */
  private Optional<List<MetadataRecord>> elections(MetadataImage image) {
    if (!electionsDue) {
      return Optional.empty();
    }
    Piece due = new Piece(pieceRecords);
    PartitionMoves.dueElections(image, due);
    electionsDue = !due.records().isEmpty();
    return unlessEmpty(due.records());
  }

  private Optional<List<MetadataRecord>> balance(MetadataImage image, long nowMs) {
    boolean due = settings.balanceIntervalMs() > 0 && nowMs - lastBalanceMs >= settings.balanceIntervalMs();
    if (!due) {
      return Optional.empty();
    }
    offeredBalance = PreferredBalance.moves(image, settings.imbalancePercent(),
        id -> sessions.unfencedForMs(id, nowMs) >= settings.balanceMinUnfencedMs());
    if (offeredBalance.isEmpty()) {
      lastBalanceMs = nowMs;
    }
    return unlessEmpty(offeredBalance);
  }

  private static Optional<List<MetadataRecord>> unlessEmpty(List<MetadataRecord> records) {
    return records.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(records));
  }
}
