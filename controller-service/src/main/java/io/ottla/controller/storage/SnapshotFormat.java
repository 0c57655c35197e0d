package io.ottla.controller.storage;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.ottla.common.config.ConfigException;
import io.ottla.common.wire.WireJson;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** First and last line of a snapshot's file, JSON (Q32). The same snapshot has the same bytes on every node (Q35). */
final class SnapshotFormat {
  static final int VERSION = 1;
  /** Far more than any voter set needs. */
  static final int MAX_HEADER_BYTES = 64 * 1024;
  static final int MAX_FOOTER_BYTES = 256;

  private SnapshotFormat() {
  }

  /** What a snapshot is of. */
  record Header(String clusterId, SnapshotId id, VoterSet voters) {}

  /**
   * What makes a file whole.
   *
   * @param records number of lines between header and footer
   * @param sha256 digest of everything before the footer, in hex
   */
  record Footer(long records, String sha256) {}

  private record HeaderLine(int version, @Nullable String clusterId, long lastIndex, long lastTerm,
      @Nullable List<Member> voters) {}

  private record Member(int nodeId, @Nullable UUID directoryId, @Nullable String host, int port) {}

  private record FooterLine(long records, @JsonProperty("sha256") @Nullable String sha256) {}

  static byte[] header(String clusterId, SnapshotId id, VoterSet voters) {
    List<Member> members = new ArrayList<>();
    for (Voter voter : voters.voters()) {
      members.add(new Member(voter.key().nodeId(), voter.key().directoryId(), voter.host(), voter.port()));
    }
    return line(new HeaderLine(VERSION, clusterId, id.lastIndex(), id.lastTerm(), members));
  }

  static byte[] footer(Footer footer) {
    return line(new FooterLine(footer.records(), footer.sha256()));
  }

  private static byte[] line(Object value) {
    byte[] json = WireJson.write(value);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }

  /**
   * Reads the first line of a file whose digest is right.
   *
   * @param file path, for messages
   * @throws ConfigException when newer software wrote it: nothing is damaged, and nothing else in it can be relied on
   */
  static Header readHeader(String file, byte[] line) throws SnapshotDamage {
    try {
      HeaderLine header = WireJson.read(line, HeaderLine.class);
      if (header.version() != VERSION) {
        throw new ConfigException(file + " has format version " + header.version() + ", and this software reads "
            + VERSION + " only; start the software that wrote it");
      }
      List<Voter> voters = new ArrayList<>();
      for (Member member : present(header.voters())) {
        voters.add(new Voter(new ReplicaKey(member.nodeId(), present(member.directoryId())), present(member.host()),
            member.port()));
      }
      return new Header(present(header.clusterId()), new SnapshotId(header.lastIndex(), header.lastTerm()),
          new VoterSet(voters));
    } catch (IOException | IllegalArgumentException e) {
      throw new SnapshotDamage("has a header that makes no sense");
    }
  }

  static Footer readFooter(byte[] line) throws SnapshotDamage {
    try {
      FooterLine footer = WireJson.read(line, FooterLine.class);
      return new Footer(footer.records(), present(footer.sha256()));
    } catch (IOException | IllegalArgumentException e) {
      throw new SnapshotDamage("has no valid footer");
    }
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("a field is missing");
    }
    return value;
  }
}
