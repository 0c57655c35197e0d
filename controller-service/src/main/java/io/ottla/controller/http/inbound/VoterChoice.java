package io.ottla.controller.http.inbound;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.VoterChangeRequest;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which disk an operator means who names a controller, by what its leader knows. Refusals are final for who asked, so none rests on a voter
 * set that may yet be undone (Q38): until it is committed the answer is BUSY.
 */
final class VoterChoice {
  private static final long LEAST_PATIENCE_MS = 2_000;
  private static final int SHOWINGS = 3;

  private VoterChoice() {
  }

  /** How long an observer may take to show itself to a leader that is new, in milliseconds: a few of its intervals. */
  static long patienceMs(RaftConfig timings) {
    return Math.max(LEAST_PATIENCE_MS, (long) SHOWINGS * timings.observeIntervalMs());
  }

  /**
   * The observer to be added.
   *
   * @param lastLook whether the leader has had the time to hear of its observers
   * @return empty when it may yet show itself, never at the last look
   * @throws OttlaException BUSY while a change of the voters is pending; INVALID_REQUEST when it votes already, is ambiguous, or has not
   *         shown itself
   */
  static Optional<Voter> toAdd(QuorumReport report, VoterChangeRequest request, boolean lastLook) {
    refuseWhilePending(report);
    List<Voter> found = named(report.observers(), request);
    if (!found.isEmpty()) {
      return Optional.of(one(found, request, ""));
    }
    List<Voter> voting = named(report.voters().voters(), request);
    // One directory that votes may be that which is to be replaced. Beside two of them, a third is not what an operator would leave unnamed.
    if (request.directoryId() != null ? !voting.isEmpty() : voting.size() > 1 || (lastLook && !voting.isEmpty())) {
      throw votesAlready(voting, request);
    }
    return lastLook
        ? Optional.of(one(found, request,
            "follows this leader as observer; start it with an empty directory and wait until `quorum status` lists it"))
        : Optional.empty();
  }

  /** The tool looks for "is a voter already". */
  private static OttlaException votesAlready(List<Voter> voting, VoterChangeRequest request) {
    String said = "controller " + request.nodeId() + " is a voter already, with "
        + (voting.size() == 1 ? "directory " : "directories ") + directories(voting);
    if (voting.size() > 1) {
      said += "; remove the one that was replaced, or name the one to be added";
    } else if (request.directoryId() == null) {
      said += "; no other directory of it has shown itself to this leader";
    }
    return new OttlaException(ErrorCode.INVALID_REQUEST, said);
  }

  /**
   * The voter to be removed.
   *
   * @throws OttlaException BUSY while a change of the voters is pending; INVALID_REQUEST when there is none, or more than one
   */
  static Voter toRemove(QuorumReport report, VoterChangeRequest request) {
    refuseWhilePending(report);
    return one(named(report.voters().voters(), request), request, "votes");
  }

  /**
   * The voter that is to lead (Q39). While a disk is being replaced two of one controller vote, of which one is gone for good: the one that
   * answered last is taken, and of equals the one that has more of the log.
   *
   * @throws OttlaException INVALID_REQUEST when no other voter has that node id, BUSY when that may yet be undone
   */
  static ReplicaKey toLead(QuorumReport report, int nodeId) {
    Optional<ReplicaKey> target = report.peers().stream()
        .filter(peer -> peer.voter() && peer.key().nodeId() == nodeId)
        .min(Comparator.comparingLong(QuorumReport.Peer::sinceContactMs)
            .thenComparing(Comparator.comparingLong(QuorumReport.Peer::matchIndex).reversed()))
        .map(QuorumReport.Peer::key);
    if (target.isEmpty()) {
      refuseWhilePending(report);
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "controller " + nodeId + " is not another voter");
    }
    return target.get();
  }

  private static void refuseWhilePending(QuorumReport report) {
    if (report.votersPending()) {
      throw new OttlaException(ErrorCode.BUSY, "a change of the voters is not committed yet; try again");
    }
  }

  private static List<Voter> named(List<Voter> of, VoterChangeRequest request) {
    return of.stream().filter(voter -> voter.key().nodeId() == request.nodeId()
        && (request.directoryId() == null || request.directoryId().equals(voter.key().directoryId()))).toList();
  }

  private static Voter one(List<Voter> found, VoterChangeRequest request, String what) {
    if (found.size() == 1) {
      return found.getFirst();
    }
    String disk = request.directoryId() == null ? "" : " with directory " + request.directoryId();
    throw new OttlaException(ErrorCode.INVALID_REQUEST, found.isEmpty()
        ? "no controller " + request.nodeId() + disk + " " + what
        : "controller " + request.nodeId() + " has several directories; name one: " + directories(found));
  }

  private static String directories(List<Voter> of) {
    return of.stream().map(voter -> voter.key().directoryId().toString()).collect(Collectors.joining(", "));
  }
}
