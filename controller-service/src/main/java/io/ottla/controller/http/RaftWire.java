package io.ottla.controller.http;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** JSON shapes of the quorum's messages; absent fields are those of other kinds of message. */
final class RaftWire {
  private RaftWire() {
  }

  /** Every request. */
  record Request(String clusterId, int fromId, UUID fromDirectoryId, int toId, UUID toDirectoryId, long term,
      long requestId, @Nullable Long proposedTerm, @Nullable Long lastLogIndex, @Nullable Long lastLogTerm,
      @Nullable Long prevIndex, @Nullable Long prevTerm, @Nullable List<Entry> entries, @Nullable Long leaderCommit,
      @Nullable Boolean transfer, @Nullable Piece snapshot, @Nullable String host, @Nullable Integer port) {}

  /** A piece of a snapshot; its bytes follow the header raw. */
  record Piece(long lastIndex, long lastTerm, long position, long totalBytes) {}

  /** An entry; the payload is base64. */
  record Entry(long index, long term, String type, byte[] payload) {}

  /** Every reply. */
  record Reply(String clusterId, int fromId, UUID fromDirectoryId, int toId, UUID toDirectoryId, long term,
      long requestId, @Nullable Boolean granted, @Nullable String result, @Nullable Boolean success,
      @Nullable Long matchIndex, @Nullable Long conflictTerm, @Nullable Long conflictIndex,
      @Nullable Piece snapshot, @Nullable Boolean installed, @Nullable Boolean accepted,
      @Nullable String misaddressed) {}
}
