package io.ottla.controller.storage;

import io.ottla.controller.formation.FormationStore;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;

/** Identity of a directory and its initial voters, as text; written once (Q1). An agreement during formation has the same form. */
final class MetaProperties {
  /** Exists exactly when the directory is formatted. */
  static final String NAME = "meta.properties";
  /** An agreement; removed once {@link #NAME} exists. */
  static final String PREPARED_NAME = "formation-prepared";

  private MetaProperties() {
  }

  static byte[] encode(RaftIdentity identity) {
    return CheckedText.encode(values(identity.clusterId(), identity.self().nodeId(), identity.self().directoryId(),
        identity.voters()));
  }

  static RaftIdentity identity(Directory directory) {
    SequencedMap<String, String> values = read(directory, NAME);
    try {
      return new RaftIdentity(value(values, "cluster.id"), self(values), voters(values));
    } catch (IllegalArgumentException e) {
      throw damaged(directory, NAME, e.toString());
    }
  }

  static byte[] encode(int nodeId, FormationStore.Prepared prepared) {
    Proposal proposal = prepared.proposal();
    SequencedMap<String, String> values = values(proposal.clusterId(), nodeId, prepared.directoryId(),
        proposal.voters());
    values.put("ballot", Long.toString(proposal.ballot()));
    return CheckedText.encode(values);
  }

  static FormationStore.Prepared prepared(Directory directory) {
    SequencedMap<String, String> values = read(directory, PREPARED_NAME);
    try {
      return new FormationStore.Prepared(self(values).directoryId(),
          new Proposal(Long.parseLong(value(values, "ballot")), value(values, "cluster.id"), voters(values)));
    } catch (IllegalArgumentException e) {
      throw damaged(directory, PREPARED_NAME, e.toString());
    }
  }

  private static SequencedMap<String, String> values(String clusterId, int nodeId, UUID directoryId, VoterSet voters) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    values.put("version", "1");
    values.put("cluster.id", clusterId);
    values.put("node.id", Integer.toString(nodeId));
    values.put("directory.id", directoryId.toString());
    List<String> members = new ArrayList<>();
    for (Voter voter : voters.voters()) {
      members.add(voter.key().nodeId() + "@" + voter.host() + ":" + voter.port() + ":" + voter.key().directoryId());
    }
    values.put("voters", String.join(",", members));
    return values;
  }

  private static SequencedMap<String, String> read(Directory directory, String name) {
    SequencedMap<String, String> values = CheckedText.decode(directory.read(name));
    if (values == null) {
      throw damaged(directory, name, "its checksum is wrong");
    }
    if (!"1".equals(values.get("version"))) {
      throw damaged(directory, name, "its version is " + values.get("version"));
    }
    return values;
  }

  private static ReplicaKey self(SequencedMap<String, String> values) {
    return new ReplicaKey(Integer.parseInt(value(values, "node.id")), UUID.fromString(value(values, "directory.id")));
  }

  private static VoterSet voters(SequencedMap<String, String> values) {
    List<Voter> voters = new ArrayList<>();
    for (String member : value(values, "voters").split(",", -1)) {
      int at = member.indexOf('@');
      int disk = member.lastIndexOf(':');
      int port = member.lastIndexOf(':', disk - 1);
      if (at < 1 || port < at) {
        throw new IllegalArgumentException("'" + member + "' is not a voter");
      }
      ReplicaKey key = new ReplicaKey(Integer.parseInt(member.substring(0, at)),
          UUID.fromString(member.substring(disk + 1)));
      voters.add(new Voter(key, member.substring(at + 1, port), Integer.parseInt(member.substring(port + 1, disk))));
    }
    return new VoterSet(voters);
  }

  private static String value(SequencedMap<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }

  private static StorageCorruptionException damaged(Directory directory, String name, String how) {
    return new StorageCorruptionException(directory.pathOf(name), "is damaged: " + how);
  }
}
