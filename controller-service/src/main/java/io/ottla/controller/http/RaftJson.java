package io.ottla.controller.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ottla.common.wire.WireJson;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.VoteResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages of the quorum as JSON. Reading checks every field, so that a broken or lying peer yields an {@link IOException} and no message. */
public final class RaftJson {
  private static final ObjectMapper MAPPER = WireJson.mapper().copy()
      .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  private RaftJson() {
  }

  /** The body of a request. */
  public static byte[] write(RaftMessage.Request request) {
    return bytes(switch (request) {
      case RaftMessage.PreVoteRequest(var e, long proposedTerm, long lastIndex, long lastTerm) ->
        request(e, proposedTerm, lastIndex, lastTerm, null, null, null, null);
      case RaftMessage.VoteRequest(var e, long lastIndex, long lastTerm) ->
        request(e, null, lastIndex, lastTerm, null, null, null, null);
      case RaftMessage.AppendRequest(var e, long prevIndex, long prevTerm, var entries, long leaderCommit) ->
        request(e, null, null, null, prevIndex, prevTerm, entries.stream().map(RaftJson::wire).toList(), leaderCommit);
    });
  }

  /** The body of a reply. */
  public static byte[] write(RaftMessage.Reply reply) {
    return bytes(switch (reply) {
      case RaftMessage.PreVoteReply(var e, boolean granted) -> reply(e, granted, null, null, null, null, null, null);
      case RaftMessage.VoteReply(var e, VoteResult result) ->
        reply(e, null, result.name(), null, null, null, null, null);
      case RaftMessage.AppendReply(var e, boolean success, long match, long conflictTerm, long conflictIndex) ->
        reply(e, null, null, success, match, conflictTerm, conflictIndex, null);
      case RaftMessage.MisaddressedReply(var e, String reason) -> reply(e, null, null, null, null, null, null, reason);
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
        () -> new RaftMessage.VoteRequest(envelope(in), position(in.lastLogIndex()), position(in.lastLogTerm())));
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
    };
  }

  private static Envelope envelope(RaftWire.Request in) {
    return new Envelope(present(in.clusterId()), new ReplicaKey(in.fromId(), present(in.fromDirectoryId())),
        new ReplicaKey(in.toId(), present(in.toDirectoryId())), position(in.term()), in.requestId());
  }

  private static RaftWire.Request request(Envelope e, @Nullable Long proposedTerm, @Nullable Long lastIndex,
      @Nullable Long lastTerm, @Nullable Long prevIndex, @Nullable Long prevTerm,
      @Nullable List<RaftWire.Entry> entries, @Nullable Long leaderCommit) {
    return new RaftWire.Request(e.clusterId(), e.from().nodeId(), e.from().directoryId(), e.to().nodeId(),
        e.to().directoryId(), e.term(), e.requestId(), proposedTerm, lastIndex, lastTerm, prevIndex, prevTerm, entries,
        leaderCommit);
  }

  private static RaftWire.Reply reply(Envelope e, @Nullable Boolean granted, @Nullable String result,
      @Nullable Boolean success, @Nullable Long match, @Nullable Long conflictTerm, @Nullable Long conflictIndex,
      @Nullable String misaddressed) {
    return new RaftWire.Reply(e.clusterId(), e.from().nodeId(), e.from().directoryId(), e.to().nodeId(),
        e.to().directoryId(), e.term(), e.requestId(), granted, result, success, match, conflictTerm, conflictIndex,
        misaddressed);
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
