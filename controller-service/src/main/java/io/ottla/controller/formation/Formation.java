package io.ottla.controller.formation;

import io.ottla.common.config.QuorumMember;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One controller's part in forming the quorum (Q1). The configured voter with the lowest id coordinates: when it sees every configured voter
 * unformatted and configured the same, it proposes cluster id and directory ids, has all of them agree durably, and decides by formatting
 * its own directory. The others format theirs when told, or when they see a formed peer whose voters include their own directory: that id
 * can only have got there through their own durable agreement. Any other directory beside formed peers is formatted as an observer's, under
 * an id of its own that has no vote: only an operator can make it a voter (Q1, Q37).
 *
 * <p>Initial voters that have all been emptied look like a first start, and an only one asks nobody: it would form a second cluster beside
 * the one that has grown meanwhile. So nothing is proposed or agreed to before every contact that the settings name beside them has
 * answered, and a contact that is formed counts as any formed peer does. Silence is no answer: it may be a member that is down.
 *
 * <p>{@link #round} makes blocking calls and is for one thread; the other methods are for any thread, and the disk is only touched under
 * this object's lock.
 *
 * <p>The first exception of the store is passed on, and is the last thing that is tried: what the disk holds is unknown then, so every
 * later call that would agree, decide or write throws {@link IllegalStateException}, and the node has to end (Q42).
 */
public final class Formation {
  private final int nodeId;
  private final @Nullable String configuredClusterId;
  private final List<QuorumMember> initialVoters;
  private final List<QuorumMember> contacts;
  private final FormationStore store;
  private final RandomSource random;
  private final UUID directoryId;
  private @Nullable Proposal prepared;
  private @Nullable RaftIdentity formed;
  private long version;
  private @Nullable Throwable failure;
  /** Why a contact may belong to a cluster, or form another one, for all that the latest round knew; null when none does. */
  private @Nullable String doubt;

  /**
   * @param configuredClusterId the setting {@code cluster.id}, or null to have one made up
   * @param initialVoters the setting of that name, this controller among them; empty for one that joins a cluster, never forms one
   * @param contacts where controllers answer that may belong to a cluster already, each at an address of its own; only the addresses matter.
   *        Those of initial voters say nothing more
   */
  public Formation(int nodeId, @Nullable String configuredClusterId, List<QuorumMember> initialVoters,
      List<QuorumMember> contacts, FormationStore store, RandomSource random) {
    this.nodeId = nodeId;
    this.configuredClusterId = configuredClusterId;
    List<QuorumMember> ordered = new ArrayList<>(initialVoters);
    ordered.sort(Comparator.comparingInt(QuorumMember::nodeId));
    this.initialVoters = List.copyOf(ordered);
    this.contacts = contacts.stream()
        .filter(one -> initialVoters.stream()
            .noneMatch(voter -> voter.host().equals(one.host()) && voter.port() == one.port()))
        .toList();
    this.doubt = doubt(Map.of());
    this.store = store;
    this.random = random;
    this.formed = store.formed().orElse(null);
    Optional<FormationStore.Prepared> agreement = store.prepared();
    this.prepared = agreement.map(FormationStore.Prepared::proposal).orElse(null);
    RaftIdentity identity = formed;
    if (identity != null) {
      this.directoryId = identity.self().directoryId();
    } else {
      this.directoryId = agreement.map(FormationStore.Prepared::directoryId).orElseGet(random::nextUuid);
    }
  }

  /** What this controller tells the others. */
  public synchronized PeerIdentity identity() {
    RaftIdentity identity = formed;
    Proposal agreed = prepared;
    if (identity != null) {
      return new PeerIdentity(nodeId, directoryId, FormationStage.FORMED, 0, configuredClusterId, initialVoters,
          identity.clusterId(), identity.voters());
    }
    return new PeerIdentity(nodeId, directoryId,
        agreed == null ? FormationStage.UNFORMATTED : FormationStage.PREPARED,
        agreed == null ? 0 : agreed.ballot(), configuredClusterId, initialVoters, null, null);
  }

  /**
   * A proposal arrives. Agreeing twice to the same one is fine; an older one than agreed to already is refused.
   *
   * @throws RuntimeException when the agreement cannot be made durable now, or a write failed earlier; the node has to end (Q42)
   */
  public synchronized PrepareAnswer onPrepare(Proposal proposal) {
    requireNoFailure();
    Proposal agreed = prepared;
    if (formed != null) {
      return PrepareAnswer.refuse("controller " + nodeId + " belongs to a cluster already");
    }
    if (agreed != null && proposal.ballot() <= agreed.ballot()) {
      return agreed.equals(proposal)
          ? PrepareAnswer.agree()
          : PrepareAnswer.refuse("ballot " + proposal.ballot() + " is outdated by " + agreed.ballot());
    }
    if (!proposal.voters().contains(self())) {
      return PrepareAnswer.refuse("controller " + nodeId + " has directory " + directoryId + ", not the one proposed");
    }
    if (!addresses(proposal.voters()).equals(initialVoters)) {
      return PrepareAnswer.refuse("controller " + nodeId + " is configured with other initial voters");
    }
    if (configuredClusterId != null && !configuredClusterId.equals(proposal.clusterId())) {
      return PrepareAnswer.refuse("controller " + nodeId + " is configured with cluster.id=" + configuredClusterId);
    }
    if (doubt != null) {
      return PrepareAnswer.refuse("controller " + nodeId + " does not agree yet: " + doubt);
    }
    prepare(proposal);
    return PrepareAnswer.agree();
  }

  /**
   * The decision arrives. True when this controller is a voter of that cluster afterwards.
   *
   * @throws RuntimeException when it cannot be made durable now, or a write failed earlier; the node has to end (Q42)
   */
  public synchronized boolean onCommit(Proposal proposal) {
    requireNoFailure();
    if (!proposal.voters().contains(self())) {
      return false;
    }
    RaftIdentity decided = identityIn(proposal);
    if (formed == null && proposal.equals(prepared)) {
      form(decided);
    }
    return decided.equals(formed);
  }

  /**
   * Looks at all others and does what can be done now.
   *
   * @throws RuntimeException when something cannot be made durable now, or a write failed earlier; the node has to end (Q42)
   */
  public FormationStatus round(FormationPeers peers) {
    long seenVersion;
    synchronized (this) {
      RaftIdentity identity = formed;
      if (identity != null) {
        return new FormationStatus.Formed(identity);
      }
      seenVersion = version;
    }
    SortedMap<Integer, PeerIdentity> seen = new TreeMap<>();
    if (initialVoters.size() > 1) {
      for (QuorumMember member : initialVoters) {
        // Its own address as well: what others reach there must be this very process.
        peers.identity(member).ifPresent(identity -> seen.put(member.nodeId(), identity));
      }
    }
    Map<QuorumMember, PeerIdentity> heard = new LinkedHashMap<>();
    for (QuorumMember contact : contacts) {
      peers.identity(contact).ifPresent(identity -> heard.put(contact, identity));
    }
    List<PeerIdentity> answers = new ArrayList<>(seen.values());
    answers.addAll(heard.values());
    for (PeerIdentity peer : answers) {
      if (peer.clusterId() != null && peer.voters() != null) {
        return besideFormed(peer, peer.clusterId(), peer.voters(), seenVersion);
      }
    }
    if (initialVoters.isEmpty()) {
      return new FormationStatus.Waiting("waiting for a controller of the cluster to join, at " + contacts
          + "; to form a cluster, set controller.quorum.initial.voters");
    }
    String doubtful = doubt(heard);
    synchronized (this) {
      doubt = doubtful;
    }
    String obstacle = obstacle(seen);
    if (obstacle != null) {
      return new FormationStatus.Waiting(obstacle);
    }
    if (doubtful != null) {
      return new FormationStatus.Waiting(doubtful);
    }
    if (initialVoters.getFirst().nodeId() != nodeId) {
      return new FormationStatus.Waiting("waiting for controller " + initialVoters.getFirst().nodeId()
          + " to propose the quorum");
    }
    return coordinate(peers, seen);
  }

  private FormationStatus coordinate(FormationPeers peers, SortedMap<Integer, PeerIdentity> seen) {
    Proposal proposal = propose(seen);
    for (QuorumMember member : initialVoters) {
      if (member.nodeId() != nodeId) {
        Optional<PrepareAnswer> answer = peers.prepare(member, proposal);
        if (answer.isEmpty()) {
          return new FormationStatus.Waiting("waiting for controller " + member.nodeId() + " to agree");
        }
        if (!answer.get().agreed()) {
          return new FormationStatus.Waiting("not agreed: " + answer.get().reason());
        }
      }
    }
    // This controller's own format is the decision: before it nobody is a voter, after it everyone can learn that it is.
    if (!onCommit(proposal)) {
      return new FormationStatus.Waiting("the proposal was overtaken");
    }
    for (QuorumMember member : initialVoters) {
      if (member.nodeId() != nodeId) {
        peers.commit(member, proposal);
      }
    }
    return new FormationStatus.Formed(identityIn(proposal));
  }

  private synchronized Proposal propose(SortedMap<Integer, PeerIdentity> seen) {
    Proposal earlier = prepared;
    long ballot = earlier == null ? 0 : earlier.ballot();
    List<Voter> voters = new ArrayList<>();
    String clusterId = configuredClusterId;
    for (QuorumMember member : initialVoters) {
      PeerIdentity peer = seen.get(member.nodeId());
      UUID directory = peer == null || member.nodeId() == nodeId ? directoryId : peer.directoryId();
      voters.add(new Voter(new ReplicaKey(member.nodeId(), directory), member.host(), member.port()));
      if (peer != null) {
        ballot = Math.max(ballot, peer.ballot());
        clusterId = clusterId == null ? peer.configuredClusterId() : clusterId;
      }
    }
    if (clusterId == null) {
      clusterId = earlier == null ? randomClusterId() : earlier.clusterId();
    }
    Proposal proposal = new Proposal(ballot + 1, clusterId, new VoterSet(voters));
    prepare(proposal);
    return proposal;
  }

  private synchronized FormationStatus besideFormed(PeerIdentity peer, String clusterId, VoterSet voters,
      long seenVersion) {
    RaftIdentity identity = formed;
    if (identity != null) {
      return new FormationStatus.Formed(identity);
    }
    if (version != seenVersion) {
      return new FormationStatus.Waiting("looking again: a proposal arrived meanwhile");
    }
    if (configuredClusterId != null && !configuredClusterId.equals(clusterId)) {
      return new FormationStatus.LeftOut("controller " + peer.nodeId() + " belongs to cluster " + clusterId
          + ", not to cluster.id=" + configuredClusterId
          + "; correct the setting, or the addresses of the controllers");
    }
    // Its own id among the voters can only come from its own durable agreement; any other directory gets no vote here.
    RaftIdentity joined = new RaftIdentity(clusterId, self(), voters);
    if (voters.contains(self()) && prepared == null) {
      return new FormationStatus.LeftOut("directory " + directoryId + " of controller " + nodeId
          + " votes in cluster " + clusterId + " but has never agreed to; empty it");
    }
    form(joined);
    return new FormationStatus.Formed(joined);
  }

  /** Why nothing can be proposed now, or null. */
  private @Nullable String obstacle(SortedMap<Integer, PeerIdentity> seen) {
    Set<String> clusterIds = new HashSet<>();
    if (configuredClusterId != null) {
      clusterIds.add(configuredClusterId);
    }
    for (QuorumMember member : initialVoters) {
      PeerIdentity peer = seen.get(member.nodeId());
      if (peer == null && initialVoters.size() > 1) {
        return "waiting for controller " + member.nodeId() + " at " + member.host() + ":" + member.port();
      }
      if (peer != null && peer.nodeId() != member.nodeId()) {
        return "controller " + peer.nodeId() + " answers at " + member.host() + ":" + member.port()
            + ", where controller "
            + member.nodeId() + " is configured";
      }
      if (peer != null && member.nodeId() == nodeId && !peer.directoryId().equals(directoryId)) {
        return "another process answers as controller " + nodeId + " at " + member.host() + ":" + member.port()
            + "; every controller needs its own node.id and address";
      }
      if (peer != null && !peer.initialVoters().equals(initialVoters)) {
        return "controller " + member.nodeId() + " is configured with other initial voters, "
            + peer.initialVoters() + "; make them the same everywhere";
      }
      if (peer != null && peer.configuredClusterId() != null) {
        clusterIds.add(peer.configuredClusterId());
      }
    }
    return clusterIds.size() > 1 ? "the controllers are configured with different cluster ids: " + clusterIds : null;
  }

  /** Why a cluster may exist, or come to exist, of which the initial voters know nothing; null when every contact answered otherwise. */
  private @Nullable String doubt(Map<QuorumMember, PeerIdentity> heard) {
    List<String> silent = new ArrayList<>();
    for (QuorumMember contact : contacts) {
      PeerIdentity peer = heard.get(contact);
      String address = contact.host() + ":" + contact.port();
      if (peer == null) {
        silent.add(address);
      } else if (!peer.initialVoters().isEmpty() && !peer.initialVoters().equals(initialVoters)) {
        return "controller " + peer.nodeId() + " at " + address + " is configured with other initial voters, "
            + peer.initialVoters() + "; make them the same, or none where a controller is to join";
      }
    }
    return silent.isEmpty()
        ? null
        : "waiting for an answer from " + String.join(", ", silent) + ", which may belong to a cluster already; "
            + "take out of controller.quorum.bootstrap.servers what is no controller, or none any more";
  }

  private void prepare(Proposal proposal) {
    write(() -> store.storePrepared(new FormationStore.Prepared(directoryId, proposal)));
    prepared = proposal;
  }

  private void form(RaftIdentity identity) {
    write(() -> store.storeFormed(identity));
    formed = identity;
  }

  /** A second force proves nothing about what the first one lost: whatever fails here is not tried again (Q42). */
  private void write(Runnable change) {
    requireNoFailure();
    version++;
    try {
      change.run();
    } catch (Throwable e) { // whatever it is, what the disk holds is unknown
      failure = e;
      throw e;
    }
  }

  private void requireNoFailure() {
    if (failure != null) {
      throw new IllegalStateException("controller " + nodeId + " could not write its directory earlier; it must end",
          failure);
    }
  }

  private ReplicaKey self() {
    return new ReplicaKey(nodeId, directoryId);
  }

  private RaftIdentity identityIn(Proposal proposal) {
    return new RaftIdentity(proposal.clusterId(), self(), proposal.voters());
  }

  private static List<QuorumMember> addresses(VoterSet voters) {
    return voters.voters().stream().map(voter -> new QuorumMember(voter.key().nodeId(), voter.host(), voter.port()))
        .toList();
  }

  private String randomClusterId() {
    byte[] bits = ByteBuffer.allocate(16).putLong(random.nextLong()).putLong(random.nextLong()).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }
}
