package io.ottla.sim.quorum;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.sim.InvariantViolation;
import io.ottla.sim.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients asked and were told, and that one order of events explains it (I10, I11): who asks after an answer sees at least what was
 * answered; acknowledged proposals stay, whole and once; refused ones never appear.
 */
final class ClientModel {
  private static final long CHANGES_FROM = 1L << 40;

  private final SeededRandom random;
  private final int payloadBytes;
  private final Map<Long, Proposal> proposals = new HashMap<>();
  private final Map<Long, Long> readFloors = new HashMap<>();
  private long nextId = 1;
  private long nextChange = CHANGES_FROM;
  private long visibleIndex;
  private long acknowledged;
  private long readsServed;

  ClientModel(SeededRandom random, int payloadBytes) {
    this.random = random;
    this.payloadBytes = payloadBytes;
  }

  private enum Fate {
    UNKNOWN, ACKNOWLEDGED, REFUSED, LATER
  }

  /** A proposal and what became of it. */
  private static final class Proposal {
    private final int entries;
    private final long floor;
    private Fate fate = Fate.UNKNOWN;
    private long lastIndex;

    Proposal(int entries, long floor) {
      this.entries = entries;
      this.floor = floor;
    }
  }

  long acknowledged() {
    return acknowledged;
  }

  long readsServed() {
    return readsServed;
  }

  boolean isAcknowledged(long proposalId) {
    Proposal proposal = proposals.get(proposalId);
    return proposal != null && proposal.fate == Fate.ACKNOWLEDGED;
  }

  /** Whether it was refused for the moment: too much waits for commit (Q49), or leadership is being handed over (Q39). */
  boolean mayComeAgain(long proposalId) {
    Proposal proposal = proposals.get(proposalId);
    return proposal != null && proposal.fate == Fate.LATER;
  }

  /** A proposal of one to three payloads that name it and their place in it. */
  RaftInput.Propose propose(long term) {
    long id = nextId++;
    var payloads = new ArrayList<byte[]>();
    for (int count = 1 + random.nextInt(3); count > 0; count--) {
      payloads
          .add(ByteBuffer.allocate(9 + random.nextInt(payloadBytes)).putLong(id).put((byte) payloads.size()).array());
    }
    proposals.put(id, new Proposal(payloads.size(), visibleIndex));
    return new RaftInput.Propose(id, term, payloads);
  }

  /** The id of a change of the voters. */
  long change() {
    return nextChange++;
  }

  /** A read; it must see all that was acknowledged or read before now. */
  RaftInput.ReadIndex read() {
    long id = nextId++;
    readFloors.put(id, visibleIndex);
    return new RaftInput.ReadIndex(id);
  }

  void noticed(RaftNotice notice) {
    switch (notice) {
      case RaftNotice.ProposalCommitted committed -> committed(committed);
      case RaftNotice.ProposalRefused refused -> {
        Proposal proposal = proposals.get(refused.proposalId());
        if (proposal != null) {
          proposal.fate = switch (refused.reason()) {
            case BUSY, TRANSFERRING -> Fate.LATER;
            case NOT_LEADER, TOO_LARGE, CHANGE_PENDING, ALREADY_VOTER, NOT_REMOVABLE, NOT_CAUGHT_UP,
                WOULD_LOSE_QUORUM ->
              Fate.REFUSED;
          };
        }
      }
      case RaftNotice.ReadReady ready -> {
        long floor = readFloors.getOrDefault(ready.readId(), 0L);
        require(ready.readIndex() >= floor, "I11",
            "read " + ready.readId() + " sees " + ready.readIndex() + ", acknowledged was " + floor);
        visibleIndex = Math.max(visibleIndex, ready.readIndex());
        readsServed++;
      }
      case RaftNotice.RoleChanged _,RaftNotice.LeaderActivated _,RaftNotice.CommitAdvanced _,RaftNotice.ProposalAppended _,RaftNotice.ProposalIndeterminate _,RaftNotice.ReadRefused _,RaftNotice.PeersChanged _,RaftNotice.SnapshotInstalled _,RaftNotice.SnapshotRefused _,RaftNotice.ConfirmedEntriesLost _ ->
        {
        }
    }
  }

  private void committed(RaftNotice.ProposalCommitted committed) {
    visibleIndex = Math.max(visibleIndex, committed.lastIndex());
    Proposal proposal = proposals.get(committed.proposalId());
    if (proposal != null) {
      proposal.fate = Fate.ACKNOWLEDGED;
      proposal.lastIndex = committed.lastIndex();
      acknowledged++;
    }
  }

  private static void require(boolean holds, String invariant, String otherwise) {
    if (!holds) {
      throw new InvariantViolation(invariant, otherwise);
    }
  }

  /** At the end, against all that was committed. */
  void checkHistory(List<LogEntry> log) {
    var found = new HashMap<Long, Integer>();
    for (LogEntry entry : log) {
      if (entry.type() == EntryType.DATA) {
        ByteBuffer payload = ByteBuffer.wrap(entry.payload());
        long id = payload.getLong();
        int place = found.merge(id, 1, Integer::sum) - 1;
        require(payload.get() == place, "I10", "proposal " + id + " is not in the order it was made, or twice");
        Proposal proposal = proposals.get(id);
        require(proposal != null && entry.index() > proposal.floor, "I10",
            "proposal " + id + " at " + entry.index() + " is before what its client had seen");
      }
    }
    proposals.forEach((id, proposal) -> check(id, proposal, found.getOrDefault(id, 0), log));
  }

  private static void check(long id, Proposal proposal, int entries, List<LogEntry> log) {
    switch (proposal.fate) {
      case ACKNOWLEDGED -> {
        require(entries == proposal.entries, "I10", "acknowledged proposal " + id + " is lost");
        byte[] last = log.get((int) proposal.lastIndex - 1).payload();
        require(ByteBuffer.wrap(last).getLong() == id, "I10", "proposal " + id + " is not where it was acknowledged");
      }
      case REFUSED, LATER -> require(entries == 0, "I10", "refused proposal " + id + " took effect");
      case UNKNOWN -> require(entries <= proposal.entries, "I10", "proposal " + id + " took effect more than once");
    }
  }
}
