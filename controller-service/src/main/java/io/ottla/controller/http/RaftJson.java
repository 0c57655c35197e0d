package io.ottla.controller.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.WireJson;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoteResult;
import io.ottla.controller.raft.Voter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Messages of the quorum as JSON. Reading checks every field, so that a broken or lying peer yields an {@link IOException} and no message. */
public final class RaftJson {
  private static final ObjectMapper MAPPER = WireJson.mapper().copy()
      .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
      .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES); // a term that is missing is not term 0

  private RaftJson() {
  }

  /**
   * Writes and reads a message of each kind that an election needs, for nobody: the first of a process takes many times as long as the others, and
   * it is the one that a failover waits for.
   */
  public static void rehearse() {
    ReplicaKey self = new ReplicaKey(1, new UUID(0, 1));
    ReplicaKey peer = new ReplicaKey(2, new UUID(0, 2));
    Envelope request = new Envelope("rehearsal", self, peer, 1, 1);
    Envelope reply = request.reply(peer, 1);
    var entry = new LogEntry(1, 1, EntryType.DATA, new byte[1]);
    var preVote = new RaftMessage.PreVoteRequest(request, 1, 0, 0);
    var vote = new RaftMessage.VoteRequest(request, 0, 0, false);
    var append = new RaftMessage.AppendRequest(request, 0, 0, List.of(entry), 0);
    try {
      readPreVote(write(preVote));
      readVote(write(vote));
      readAppend(write(append));
      readReply(preVote, write(new RaftMessage.PreVoteReply(reply, true)));
      readReply(vote, write(new RaftMessage.VoteReply(reply, VoteResult.GRANTED)));
      readReply(append, write(new RaftMessage.AppendReply(reply, true, 1, 0, 0)));
    } catch (IOException e) {
      throw new IllegalStateException("what this node writes it cannot read", e);
    }
  }

  /** The body of a request; a piece of a snapshot is the payload of a {@link BinaryFrame}. */
  public static byte[] write(RaftMessage.Request request) {
    return switch (request) {
      case RaftMessage.SnapshotRequest piece -> frame(piece);
      case RaftMessage.PreVoteRequest _,RaftMessage.VoteRequest _,RaftMessage.AppendRequest _,RaftMessage.TimeoutNowRequest _,RaftMessage.ObserveRequest _ ->
        bytes(wire(request));
    };
  }

  private static byte[] frame(RaftMessage.SnapshotRequest piece) {
    byte[] header = bytes(wire(piece));
    return ByteBuffer.allocate(BinaryFrame.PREFIX_LENGTH + header.length + piece.bytes().length).putInt(header.length)
        .put(header).put(piece.bytes()).array();
  }

  private static RaftWire.Request wire(RaftMessage.Request request) {
    var to = new RequestBuilder(request.envelope());
    return switch (request) {
      case RaftMessage.PreVoteRequest(_, long proposedTerm, long lastIndex, long lastTerm) ->
        to.last(proposedTerm, lastIndex, lastTerm, null);
      case RaftMessage.VoteRequest(_, long lastIndex, long lastTerm, boolean transfer) ->
        to.last(null, lastIndex, lastTerm, transfer);
      case RaftMessage.AppendRequest(_, long prevIndex, long prevTerm, var entries, long leaderCommit) ->
        to.append(prevIndex, prevTerm, entries.stream().map(RaftJson::wire).toList(), leaderCommit);
      case RaftMessage.SnapshotRequest(_, var id, long position, _, long totalBytes) ->
        to.plain(new RaftWire.Piece(id.lastIndex(), id.lastTerm(), position, totalBytes), null, null);
      case RaftMessage.TimeoutNowRequest _ -> to.plain(null, null, null);
      case RaftMessage.ObserveRequest(_, String host, int port) -> to.plain(null, host, port);
    };
  }

  /** The body of a reply. */
  public static byte[] write(RaftMessage.Reply reply) {
    var to = new ReplyBuilder(reply.envelope());
    return bytes(switch (reply) {
      case RaftMessage.PreVoteReply(_, boolean granted) -> to.vote(granted, null);
      case RaftMessage.VoteReply(_, VoteResult result) -> to.vote(null, result.name());
      case RaftMessage.AppendReply(_, boolean success, long match, long conflictTerm, long conflictIndex) ->
        to.append(success, match, conflictTerm, conflictIndex);
      case RaftMessage.SnapshotReply(_, var id, long nextPosition, boolean installed) ->
        to.other(new RaftWire.Piece(id.lastIndex(), id.lastTerm(), nextPosition, 0), installed, null, null);
      case RaftMessage.TimeoutNowReply(_, boolean campaigning) -> to.other(null, null, campaigning, null);
      case RaftMessage.ObserveReply(_, boolean accepted) -> to.other(null, null, accepted, null);
      case RaftMessage.MisaddressedReply(_, String reason) -> to.other(null, null, null, reason);
    });
  }

  /** A pre-vote request. */
  public static RaftMessage.Request readPreVote(byte[] body) throws IOException {
    RaftWire.Request in = read(body, RaftWire.Request.class);
    return checked(() -> new RaftMessage.PreVoteRequest(envelope(in), position(in.proposedTerm()),
        position(in.lastLogIndex()), position(in.lastLogTerm())));
  }

  /** A vote request. */
  public static RaftMessage.Request readVote(byte[] body) throws IOException {
    RaftWire.Request in = read(body, RaftWire.Request.class);
    return checked(
        () -> new RaftMessage.VoteRequest(envelope(in), position(in.lastLogIndex()), position(in.lastLogTerm()),
            present(in.transfer())));
  }

  /** A piece of a snapshot. */
  public static RaftMessage.Request readSnapshot(byte[] body) throws IOException {
    BinaryFrame frame = BinaryFrame.parse(body);
    RaftWire.Request in = read(frame.header(), RaftWire.Request.class);
    byte[] bytes = new byte[frame.payload().remaining()];
    frame.payload().get(bytes);
    return checked(() -> {
      RaftWire.Piece piece = present(in.snapshot());
      return new RaftMessage.SnapshotRequest(envelope(in), new SnapshotId(piece.lastIndex(), piece.lastTerm()),
          position(piece.position()), bytes, position(piece.totalBytes()));
    });
  }

  /** A request to take over. */
  public static RaftMessage.Request readTimeoutNow(byte[] body) throws IOException {
    RaftWire.Request in = read(body, RaftWire.Request.class);
    return checked(() -> new RaftMessage.TimeoutNowRequest(envelope(in)));
  }

  /** A request to be sent the log. */
  public static RaftMessage.Request readObserve(byte[] body) throws IOException {
    RaftWire.Request in = read(body, RaftWire.Request.class);
    return checked(() -> {
      Envelope envelope = envelope(in);
      Voter address = new Voter(envelope.from(), present(in.host()), present(in.port()));
      return new RaftMessage.ObserveRequest(envelope, address.host(), address.port());
    });
  }

  /** An append request. */
  public static RaftMessage.Request readAppend(byte[] body) throws IOException {
    RaftWire.Request in = read(body, RaftWire.Request.class);
    return checked(() -> {
      long prevIndex = position(in.prevIndex());
      List<LogEntry> entries = new ArrayList<>();
      for (RaftWire.Entry entry : present(in.entries())) {
        LogEntry next = new LogEntry(entry.index(), entry.term(), EntryType.valueOf(present(entry.type())),
            present(entry.payload()));
        if (next.index() != prevIndex + entries.size() + 1) {
          throw new IllegalArgumentException("entries have a gap at " + next.index());
        }
        entries.add(next);
      }
      return new RaftMessage.AppendRequest(envelope(in), prevIndex, position(in.prevTerm()), List.copyOf(entries),
          position(in.leaderCommit()));
    });
  }

  /** The reply to a request of ours; one that does not fit the request is refused. */
  public static RaftMessage.Reply readReply(RaftMessage.Request to, byte[] body) throws IOException {
    RaftWire.Reply in = read(body, RaftWire.Reply.class);
    RaftMessage.Reply reply = checked(() -> reply(to, in));
    Envelope asked = to.envelope();
    Envelope got = reply.envelope();
    boolean fits = got.requestId() == asked.requestId() && got.to().equals(asked.from())
        && (reply instanceof RaftMessage.MisaddressedReply
            || (got.from().equals(asked.to()) && got.clusterId().equals(asked.clusterId())));
    if (!fits) {
      throw new IOException("the reply " + got + " does not belong to the request " + asked);
    }
    return reply;
  }

  private static RaftMessage.Reply reply(RaftMessage.Request to, RaftWire.Reply in) {
    Envelope envelope = new Envelope(present(in.clusterId()),
        new ReplicaKey(in.fromId(), present(in.fromDirectoryId())),
        new ReplicaKey(in.toId(), present(in.toDirectoryId())), in.term(), in.requestId());
    String misaddressed = in.misaddressed();
    if (misaddressed != null) {
      return new RaftMessage.MisaddressedReply(envelope, misaddressed);
    }
    return switch (to) {
      case RaftMessage.PreVoteRequest _ -> new RaftMessage.PreVoteReply(envelope, present(in.granted()));
      case RaftMessage.VoteRequest _ -> new RaftMessage.VoteReply(envelope, VoteResult.valueOf(present(in.result())));
      case RaftMessage.AppendRequest _ -> new RaftMessage.AppendReply(envelope, present(in.success()),
          position(in.matchIndex()), position(in.conflictTerm()), position(in.conflictIndex()));
      case RaftMessage.SnapshotRequest _ -> {
        RaftWire.Piece piece = present(in.snapshot());
        yield new RaftMessage.SnapshotReply(envelope, new SnapshotId(piece.lastIndex(), piece.lastTerm()),
            position(piece.position()), present(in.installed()));
      }
      case RaftMessage.TimeoutNowRequest _ -> new RaftMessage.TimeoutNowReply(envelope, present(in.accepted()));
      case RaftMessage.ObserveRequest _ -> new RaftMessage.ObserveReply(envelope, present(in.accepted()));
    };
  }

  private static Envelope envelope(RaftWire.Request in) {
    return new Envelope(present(in.clusterId()), new ReplicaKey(in.fromId(), present(in.fromDirectoryId())),
        new ReplicaKey(in.toId(), present(in.toDirectoryId())), position(in.term()), in.requestId());
  }

  private record RequestBuilder(Envelope e) {
    RaftWire.Request last(@Nullable Long proposedTerm, long lastIndex, long lastTerm, @Nullable Boolean transfer) {
      return make(proposedTerm, lastIndex, lastTerm, null, null, null, null, transfer, null, null, null);
    }

    RaftWire.Request append(long prevIndex, long prevTerm, List<RaftWire.Entry> entries, long leaderCommit) {
      return make(null, null, null, prevIndex, prevTerm, entries, leaderCommit, null, null, null, null);
    }

    RaftWire.Request plain(RaftWire.@Nullable Piece snapshot, @Nullable String host, @Nullable Integer port) {
      return make(null, null, null, null, null, null, null, null, snapshot, host, port);
    }

    private RaftWire.Request make(@Nullable Long proposedTerm, @Nullable Long lastIndex, @Nullable Long lastTerm,
        @Nullable Long prevIndex, @Nullable Long prevTerm, @Nullable List<RaftWire.Entry> entries,
        @Nullable Long leaderCommit, @Nullable Boolean transfer, RaftWire.@Nullable Piece snapshot,
        @Nullable String host, @Nullable Integer port) {
      return new RaftWire.Request(e.clusterId(), e.from().nodeId(), e.from().directoryId(), e.to().nodeId(),
          e.to().directoryId(), e.term(), e.requestId(), proposedTerm, lastIndex, lastTerm, prevIndex, prevTerm,
          entries, leaderCommit, transfer, snapshot, host, port);
    }
  }

  private record ReplyBuilder(Envelope e) {
    RaftWire.Reply vote(@Nullable Boolean granted, @Nullable String result) {
      return make(granted, result, null, null, null, null, null, null, null, null);
    }

    RaftWire.Reply append(boolean success, long match, long conflictTerm, long conflictIndex) {
      return make(null, null, success, match, conflictTerm, conflictIndex, null, null, null, null);
    }

    RaftWire.Reply other(RaftWire.@Nullable Piece snapshot, @Nullable Boolean installed, @Nullable Boolean accepted,
        @Nullable String misaddressed) {
      return make(null, null, null, null, null, null, snapshot, installed, accepted, misaddressed);
    }

    private RaftWire.Reply make(@Nullable Boolean granted, @Nullable String result, @Nullable Boolean success,
        @Nullable Long match, @Nullable Long conflictTerm, @Nullable Long conflictIndex,
        RaftWire.@Nullable Piece snapshot, @Nullable Boolean installed, @Nullable Boolean accepted,
        @Nullable String misaddressed) {
      return new RaftWire.Reply(e.clusterId(), e.from().nodeId(), e.from().directoryId(), e.to().nodeId(),
          e.to().directoryId(), e.term(), e.requestId(), granted, result, success, match, conflictTerm, conflictIndex,
          snapshot, installed, accepted, misaddressed);
    }
  }

  private static RaftWire.Entry wire(LogEntry entry) {
    return new RaftWire.Entry(entry.index(), entry.term(), entry.type().name(), entry.payload());
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("a field is missing");
    }
    return value;
  }

  private static long position(@Nullable Long value) {
    long number = present(value);
    if (number < 0) {
      throw new IllegalArgumentException("a position or term is negative");
    }
    return number;
  }

  private static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message of the quorum cannot be written", e);
    }
  }

  private static <T> T read(byte[] body, Class<T> type) throws IOException {
    T value = MAPPER.readValue(body, type);
    if (value == null) {
      throw new IOException("empty message");
    }
    return value;
  }

  private static <T extends RaftMessage> T checked(java.util.function.Supplier<T> made) throws IOException {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new IOException("not a message of the quorum: " + e.getMessage(), e);
    }
  }
}
