package io.ottla.controller.raft;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;

/** Payload of the entry that opens a term (Q20): who leads, who votes, who elected it. JSON for people; nothing reads it back. */
final class LeaderChange {
  private LeaderChange() {
  }

  static byte[] payload(ReplicaKey leader, VoterSet voters, Collection<ReplicaKey> grantingVoters) {
    var json = new StringBuilder("{\"leaderId\":").append(leader.nodeId()).append(",\"voters\":[");
    appendIds(json, voters.voters().stream().map(Voter::key).iterator());
    json.append("],\"grantingVoters\":[");
    appendIds(json, grantingVoters.iterator());
    return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void appendIds(StringBuilder json, Iterator<ReplicaKey> keys) {
    while (keys.hasNext()) {
      json.append(keys.next().nodeId());
      if (keys.hasNext()) {
        json.append(',');
      }
    }
  }
}
