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

/** What clients asked and were told: acknowledged proposals stay, refused ones never appear, reads see what was acknowledged (I10, I11). */
final class ClientModel {
  private final SeededRandom random;
  private final int payloadBytes;
  private final Map<Long, Fate> proposals = new HashMap<>();
  private final Map<Long, Long> readFloors = new HashMap<>();
  private long nextId = 1;
  private long visibleIndex;
  private long acknowledged;
  private long readsServed;

  ClientModel(SeededRandom random, int payloadBytes) {
    this.random = random;
    this.payloadBytes = payloadBytes;
  }

  long acknowledged() {
    return acknowledged;
  }

  long readsServed() {
    return readsServed;
  }

  boolean isAcknowledged(long proposalId) {
    return proposals.get(proposalId) == Fate.ACKNOWLEDGED;
  }

  /** A proposal of one to three payloads that name it. */
  RaftInput.Propose propose(long term) {
    long id = nextId++;
    var payloads = new ArrayList<byte[]>();
    for (int count = 1 + random.nextInt(3); count > 0; count--) {
      payloads.add(ByteBuffer.allocate(8 + random.nextInt(payloadBytes)).putLong(id).array());
    }
    proposals.put(id, Fate.UNKNOWN);
    return new RaftInput.Propose(id, term, payloads);
  }

  /** A read; it must see all that was acknowledged or read before now. */
  RaftInput.ReadIndex read() {
    long id = nextId++;
    readFloors.put(id, visibleIndex);
    return new RaftInput.ReadIndex(id);
  }

  void noticed(RaftNotice notice) {
    switch (notice) {
      case RaftNotice.ProposalCommitted committed -> {
        proposals.put(committed.proposalId(), Fate.ACKNOWLEDGED);
        visibleIndex = Math.max(visibleIndex, committed.lastIndex());
        acknowledged++;
      }
      case RaftNotice.ProposalRefused refused -> proposals.put(refused.proposalId(), Fate.REFUSED);
      case RaftNotice.ReadReady ready -> {
        long floor = readFloors.getOrDefault(ready.readId(), 0L);
        if (ready.readIndex() < floor) {
          throw new InvariantViolation("I11",
              "read " + ready.readId() + " sees " + ready.readIndex() + ", acknowledged was " + floor);
        }
        visibleIndex = Math.max(visibleIndex, ready.readIndex());
        readsServed++;
      }
      case RaftNotice.RoleChanged _,RaftNotice.LeaderActivated _,RaftNotice.CommitAdvanced _,RaftNotice.ProposalAppended _,RaftNotice.ProposalIndeterminate _,RaftNotice.ReadRefused _ ->
        {
        }
    }
  }

  /** At the end, against the log that everybody has. */
  void checkHistory(List<LogEntry> log) {
    var found = new HashMap<Long, Integer>();
    for (LogEntry entry : log) {
      if (entry.type() == EntryType.DATA) {
        found.merge(ByteBuffer.wrap(entry.payload()).getLong(), 1, Integer::sum);
      }
    }
    proposals.forEach((id, fate) -> {
      if (fate == Fate.ACKNOWLEDGED && !found.containsKey(id)) {
        throw new InvariantViolation("I10", "acknowledged proposal " + id + " is lost");
      }
      if (fate == Fate.REFUSED && found.containsKey(id)) {
        throw new InvariantViolation("I10", "refused proposal " + id + " took effect");
      }
    });
    found.forEach((id, count) -> {
      if (count > 3) {
        throw new InvariantViolation("I10", "proposal " + id + " took effect more than once");
      }
    });
  }

  private enum Fate {
    UNKNOWN, ACKNOWLEDGED, REFUSED
  }
}
