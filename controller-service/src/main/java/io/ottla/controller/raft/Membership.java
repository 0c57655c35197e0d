package io.ottla.controller.raft;

import io.ottla.controller.raft.RaftNotice.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who votes, and who only watches: changes of the voter set one member at a time (Q36 to Q38; dissertation §4.1 to §4.2). */
public final class Membership {
  private final QuorumState quorum;
  private final Replication replication;
  private long lastLedMs;
  private long nextObserveMs;

  Membership(QuorumState quorum, Replication replication) {
    this.quorum = quorum;
    this.replication = replication;
    this.lastLedMs = quorum.nowMs();
  }

  /** Appends the new voter set, or refuses before anything is appended. */
  void change(RaftInput.ChangeVoters request) {
    Refusal refusal = quorum.role() instanceof LeaderState leader
        ? refusal(leader, request.change())
        : Refusal.NOT_LEADER;
    if (refusal != null) {
      quorum.notices().add(new RaftNotice.ProposalRefused(request.changeId(), refusal, quorum.leader()));
    } else if (quorum.role() instanceof LeaderState leader) {
      VoterSet changed = switch (request.change()) {
        case VoterChange.Add(Voter voter) -> quorum.voters().with(voter);
        case VoterChange.Remove(ReplicaKey key) -> removed(leader, key);
      };
      replication.changeVoters(leader, request.changeId(), changed);
    }
  }

  /** Q37: why the change must not be made now, or null. */
  private @Nullable Refusal refusal(LeaderState leader, VoterChange change) {
    boolean pending = quorum.votersIndex() > quorum.commitIndex();
    if (!quorum.rules().mayChangeVoters(leader.isActive(), pending)) {
      return leader.isActive() ? Refusal.CHANGE_PENDING : Refusal.NOT_LEADER;
    }
    if (leader.handOver() != null) {
      return Refusal.TRANSFERRING;
    }
    VoterSet voters = quorum.voters();
    return switch (change) {
      case VoterChange.Add(Voter voter) -> {
        if (voters.contains(voter.key())) {
          yield Refusal.ALREADY_VOTER;
        }
        PeerProgress peer = leader.peer(voter.key());
        long lag = peer == null ? Long.MAX_VALUE : quorum.log().lastIndex() - peer.matchIndex();
        boolean caughtUp = peer != null
            && leader.hasAnsweredSince(peer, quorum.nowMs() - quorum.config().electionMinMs())
            && quorum.rules().isCaughtUp(peer.isReplicating(), lag, quorum.config().maxAppendEntries());
        yield !caughtUp ? Refusal.NOT_CAUGHT_UP : losing(leader, voters.with(voter));
      }
      case VoterChange.Remove(ReplicaKey key) ->
        !voters.contains(key) || voters.size() == 1
            ? Refusal.NOT_REMOVABLE
            : losing(leader, voters.without(key));
    };
  }

  /** A set of which no majority answers would stop the cluster by our own hand; what fails by itself is bad enough. */
  private @Nullable Refusal losing(LeaderState leader, VoterSet changed) {
    int answering = leader.answersSince(quorum.nowMs() - quorum.config().checkQuorumMs(), changed);
    return answering < changed.majority() ? Refusal.WOULD_LOSE_QUORUM : null;
  }

  /** A removed follower is served on as an observer, at least until it has the entry that removes it (Q38). */
  private VoterSet removed(LeaderState leader, ReplicaKey key) {
    VoterSet voters = quorum.voters();
    if (!key.equals(quorum.self())) {
      voters.find(key)
          .ifPresent(voter -> leader.observers().put(key, new LeaderState.Observer(voter, quorum.nowMs())));
    }
    return voters.without(key);
  }

  /**
   * A node without a vote shows itself to all it takes for voters, until a leader sends it the log, and then to keep it sending. So does a
   * voter that has had no leader for long: perhaps there is one that does not count it among its voters, because a change that names it was
   * undone, or one that removes it has never reached it. Nobody else would tell it.
   */
  void tick() {
    if (quorum.leader() != null) {
      lastLedMs = quorum.nowMs();
    }
    boolean forgotten = quorum.nowMs() - lastLedMs >= quorum.config().observerTimeoutMs();
    boolean shows = (!quorum.isVoter() && !(quorum.role() instanceof LeaderState)) || forgotten;
    if (!shows || quorum.nowMs() < nextObserveMs) {
      return;
    }
    nextObserveMs = quorum.nowMs() + quorum.config().observeIntervalMs();
    quorum.lonely(quorum.role() instanceof FollowerState follower
        && !follower.hearsLeader(quorum.nowMs(), quorum.config().observerTimeoutMs()));
    quorum.observerAddress().ifPresent(own -> {
      List<ReplicaKey> asked = new ArrayList<>(quorum.voters().peersOf(quorum.self()));
      quorum.formerVoters().forEach(voter -> asked.add(voter.key()));
      for (ReplicaKey voter : asked) {
        quorum.send(new RaftMessage.ObserveRequest(quorum.request(voter), own.host(), own.port()));
      }
    });
  }

  /** Somebody wants the log. Its term is not adopted: it does not vote, so its term means nothing here. */
  public void onRequest(RaftMessage.ObserveRequest request) {
    ReplicaKey from = request.envelope().from();
    boolean accepted = quorum.role() instanceof LeaderState leader && accept(leader, from, request);
    quorum.send(new RaftMessage.ObserveReply(quorum.reply(request.envelope()), accepted));
    if (!accepted) {
      relay(request);
    }
  }

  /**
   * Passes the request on to the leader, in its sender's name: who was away for long may know none of today's leaders, only nodes that do. It
   * never goes in circles: terms do not fall from hop to hop, and in one term nobody names another leader.
   */
  private void relay(RaftMessage.ObserveRequest request) {
    Envelope asked = request.envelope();
    ReplicaKey leader = quorum.leader();
    if (leader != null && !leader.equals(asked.from()) && asked.term() <= quorum.term()
        && !quorum.voters().contains(asked.from())) {
      Envelope passedOn = quorum.requestFor(asked.from(), leader);
      quorum.send(new RaftMessage.ObserveRequest(passedOn, request.host(), request.port()));
    }
  }

  private boolean accept(LeaderState leader, ReplicaKey from, RaftMessage.ObserveRequest request) {
    if (quorum.voters().contains(from)) {
      return true; // it votes and does not know it yet: it gets the log anyway
    }
    var address = new Voter(from, request.host(), request.port());
    LeaderState.Observer known = leader.observers().put(from, new LeaderState.Observer(address, quorum.nowMs()));
    if (known == null || !known.address().equals(address)) {
      quorum.votersChanged();
    }
    return true;
  }

  /** An answer to a request to be sent the log; what follows from it arrives as appends. */
  public void onReply(RaftMessage.ObserveReply reply) {
    if (reply.envelope().term() > quorum.term()) {
      quorum.adoptTerm(reply.envelope().term());
    }
  }
}
