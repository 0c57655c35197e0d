package io.ottla.controller.raft;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A follower in its leader's eyes (Q4).
 *
 * <pre>
 *            success of an append with entries
 *   PROBE ------------------------------------------> REPLICATE
 *   one append in flight                              a window of appends in flight
 *         <------------------------------------------
 *            refusal, timeout or transport failure
 *
 *   PROBE or REPLICATE  -- the next entry is no longer in the log -->  SNAPSHOT  -- installed -->  REPLICATE
 *                                                                      one piece in flight
 * </pre>
 *
 * Invariant: {@code matchIndex < nextIndex}; {@code matchIndex} never falls within a term, unless the follower's disk lost what it had
 * confirmed.
 */
final class PeerProgress {
  private final ReplicaKey key;
  private final Map<Long, InFlight> inFlight = new LinkedHashMap<>();
  private long matchIndex;
  private long matchedBeforeRequestId;
  private long nextIndex;
  private boolean replicating;
  private boolean pausedUntilAnswered;
  private int bulkInFlight;
  private long bytesInFlight;
  private long lastAckedSendTimeMs;
  private long lastAckedRequestId;
  private @Nullable Transfer transfer;
  private long nextTransferMs = Long.MIN_VALUE;
  private long steadySinceMs;

  PeerProgress(ReplicaKey key, long nextIndex, long nowMs) {
    this.key = key;
    this.nextIndex = nextIndex;
    this.lastAckedSendTimeMs = nowMs;
    this.steadySinceMs = nowMs;
  }

  /** Since when no connection to it has failed: a process that has just come back is slower than one that has long been there. */
  long steadySinceMs() {
    return steadySinceMs;
  }

  /** A connection to it has failed. */
  void broken(long nowMs) {
    steadySinceMs = nowMs;
  }

  ReplicaKey key() {
    return key;
  }

  long matchIndex() {
    return matchIndex;
  }

  long nextIndex() {
    return nextIndex;
  }

  boolean isReplicating() {
    return replicating;
  }

  int bulkInFlight() {
    return bulkInFlight;
  }

  long lastAckedSendTimeMs() {
    return lastAckedSendTimeMs;
  }

  long lastAckedRequestId() {
    return lastAckedRequestId;
  }

  /** The snapshot being sent, or null. */
  @Nullable
  Transfer transfer() {
    return transfer;
  }

  /** The follower lacks what the log no longer has: it gets a snapshot first (Q34). */
  Transfer startTransfer(Snapshot snapshot) {
    var started = new Transfer(snapshot);
    probeFrom(matchIndex + 1);
    transfer = started;
    return started;
  }

  void endTransfer() {
    transfer = null;
  }

  /** The whole snapshot was sent in vain; to begin again at once would be a loop. */
  void transferRefused(long retryMs) {
    transfer = null;
    nextTransferMs = retryMs;
  }

  /** Whether another append with entries may be sent now (Q48). */
  boolean hasRoom(RaftConfig config) {
    if (pausedUntilAnswered || transfer != null) {
      return false;
    }
    int window = replicating ? config.maxInFlight() : 1;
    return bulkInFlight < window && (bulkInFlight == 0 || bytesInFlight < config.maxInFlightBytes());
  }

  /** Whether a piece of the snapshot may be sent now; what was just lost is not sent again in a loop. */
  boolean mayTransfer(long nowMs, int timeoutMs) {
    return !pausedUntilAnswered
        && (transfer == null ? nowMs >= nextTransferMs : transfer.maySend(nowMs, timeoutMs));
  }

  /** Bytes that may still be put in flight, at least those of one entry. */
  int roomInBytes(RaftConfig config) {
    return (int) Math.max(1, Math.min(config.maxAppendBytes(), config.maxInFlightBytes() - bytesInFlight));
  }

  void sent(RaftMessage.AppendRequest request, long bytes, long nowMs) {
    boolean bulk = !request.isHeartbeat();
    inFlight.put(request.envelope().requestId(), new InFlight(nowMs, request.prevIndex(), bulk, bytes));
    if (bulk) {
      bulkInFlight++;
      bytesInFlight += bytes;
      if (replicating) {
        nextIndex = request.lastIndex() + 1;
      }
    }
  }

  /** A piece of a snapshot was answered: that is contact as well (Q28). */
  void pieceAnswered(long requestId, long sentAtMs) {
    lastAckedSendTimeMs = Math.max(lastAckedSendTimeMs, sentAtMs);
    lastAckedRequestId = Math.max(lastAckedRequestId, requestId);
  }

  /** Takes a request out of flight because it was answered; null if it is not known any more. Who answers, however late, can be sent entries. */
  @Nullable
  InFlight answered(long requestId) {
    pausedUntilAnswered = false;
    InFlight request = inFlight.remove(requestId);
    if (request != null) {
      forget(request);
      lastAckedSendTimeMs = Math.max(lastAckedSendTimeMs, request.sentAtMs());
      lastAckedRequestId = Math.max(lastAckedRequestId, requestId);
    }
    return request;
  }

  /**
   * Takes a request out of flight because its answer will not come, and falls back to probing if it carried entries. Nobody is there, or another
   * disk: until something is answered, such as the next heartbeat, entries and snapshots would be read and sent in vain.
   */
  void lost(long requestId) {
    if (transfer != null && transfer.lost(requestId)) {
      pausedUntilAnswered = true;
    }
    InFlight request = inFlight.remove(requestId);
    if (request != null) {
      forget(request);
      if (request.bulk()) {
        probeFrom(lostFrom());
        pausedUntilAnswered = true;
      }
    }
  }

  /** Counts requests as lost that have had no answer for as long as their size allows. */
  void expire(long nowMs, RaftConfig config) {
    boolean bulkLost = false;
    for (Iterator<InFlight> oldest = inFlight.values().iterator(); oldest.hasNext();) {
      InFlight request = oldest.next();
      if (nowMs - request.sentAtMs() >= config.appendTimeoutMs(request.bytes())) {
        oldest.remove();
        forget(request);
        bulkLost |= request.bulk();
      }
    }
    if (bulkLost) {
      probeFrom(lostFrom());
    }
  }

  /** A lost probe says nothing about where the logs part; lost entries have to be sent again from the matching point. */
  private long lostFrom() {
    return replicating ? matchIndex + 1 : nextIndex;
  }

  /**
   * The follower's log is known to match, durably, up to here (Q23).
   *
   * @param nextRequestId id of the next request to anybody: this one and those after it are sent knowing of the match
   */
  void matched(long index, boolean bulk, long nextRequestId) {
    if (index > matchIndex) {
      matchIndex = index;
      matchedBeforeRequestId = nextRequestId;
    }
    if (bulk && !replicating) {
      replicating = true;
      nextIndex = matchIndex + 1;
    }
    nextIndex = Math.max(nextIndex, matchIndex + 1);
  }

  /**
   * Whether a refusal shows that the follower no longer has what it confirmed: it refuses an entry at or below the matching point in a
   * request that was sent after the match was known, so nothing can have been overtaken.
   */
  boolean hasForgotten(long requestId, long prevIndex) {
    return prevIndex <= matchIndex && requestId >= matchedBeforeRequestId;
  }

  /** The follower's disk lost confirmed entries: what it holds has to be found out from the start. */
  void forgot(long firstToTry) {
    matchIndex = 0;
    probeFrom(firstToTry);
  }

  /** Looks for the matching point one append at a time, starting with this entry. */
  void probeFrom(long index) {
    replicating = false;
    nextIndex = Math.max(index, matchIndex + 1);
    inFlight.values().removeIf(InFlight::bulk);
    bulkInFlight = 0;
    bytesInFlight = 0;
  }

  /** After a stall of this process silence proves nothing: the check-quorum window starts anew (Q29). */
  void restartContact(long nowMs) {
    lastAckedSendTimeMs = nowMs;
  }

  QuorumReport.Peer report(long nowMs, boolean voter) {
    Transfer running = transfer;
    int percent = running == null ? -1 : (int) (running.position * 100 / running.snapshot.sizeInBytes());
    return new QuorumReport.Peer(key, voter, matchIndex, nextIndex, replicating, bulkInFlight,
        nowMs - lastAckedSendTimeMs, percent);
  }

  private void forget(InFlight request) {
    if (request.bulk()) {
      bulkInFlight--;
      bytesInFlight -= request.bytes();
    }
  }

  /** A snapshot on its way to a follower, one piece at a time. */
  static final class Transfer {
    private final Snapshot snapshot;
    private long position;
    private long requestId;
    private long sentAtMs;
    private boolean waiting;
    private boolean sentAll;
    private boolean sentAllAgain;
    private boolean begunAnew;

    Transfer(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    Snapshot snapshot() {
      return snapshot;
    }

    long position() {
      return position;
    }

    void sent(long id, boolean last, long nowMs) {
      requestId = id;
      sentAtMs = nowMs;
      waiting = true;
      sentAllAgain = sentAll && last;
      sentAll = last;
    }

    /**
     * Whether the follower, wanting the snapshot from its start, says that what it got is no good. When the last piece was sent twice it may as
     * well have restarted in between and know nothing of the others: that is believed once.
     */
    boolean isRefusedBy(long nextPosition) {
      boolean refused = nextPosition == 0 && sentAll && (!sentAllAgain || begunAnew);
      begunAnew |= nextPosition == 0 && sentAll;
      return refused;
    }

    boolean awaits(long id) {
      return waiting && requestId == id;
    }

    long sentAtMs() {
      return sentAtMs;
    }

    void continueAt(long next) {
      position = next;
      waiting = false;
    }

    /** Whether the next piece, or the last one again, may be sent. */
    private boolean maySend(long nowMs, int timeoutMs) {
      return !waiting || nowMs - sentAtMs >= timeoutMs;
    }

    /** The piece in flight is certainly lost, if it is this one. */
    private boolean lost(long id) {
      boolean mine = awaits(id);
      waiting &= !mine;
      return mine;
    }
  }

  /**
   * A request that waits for its answer.
   *
   * @param sentAtMs when it was sent
   * @param prevIndex its previous index
   * @param bulk whether it carries entries
   * @param bytes their size
   */
  record InFlight(long sentAtMs, long prevIndex, boolean bulk, long bytes) {}
}
