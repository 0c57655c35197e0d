package io.ottla.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.WireJson;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoteResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The quorum's messages as JSON: nothing changes on the way, and nothing malformed gets through. */
final class RaftJsonTest {
  private static final long BIG = (1L << 53) + 1;
  private static final ReplicaKey ONE = new ReplicaKey(1, new UUID(1, 2));
  private static final ReplicaKey TWO = new ReplicaKey(2, new UUID(3, 4));
  private static final Envelope ENVELOPE = new Envelope("cluster", ONE, TWO, BIG, Long.MIN_VALUE + 7);
  private static final RaftMessage.AppendRequest APPEND = new RaftMessage.AppendRequest(ENVELOPE, 5, 3,
      List.of(new LogEntry(6, 3, EntryType.DATA, new byte[] {0, -1, '"', '\\', 127}),
          new LogEntry(7, BIG, EntryType.LEADER_CHANGE, new byte[0])),
      BIG);
  private static final RaftMessage.VoteRequest VOTE = new RaftMessage.VoteRequest(ENVELOPE, BIG, 4, false);
  private static final RaftMessage.PreVoteRequest PRE_VOTE = new RaftMessage.PreVoteRequest(ENVELOPE, BIG + 1, 9, 8);

  private static final RaftMessage.SnapshotRequest PIECE = new RaftMessage.SnapshotRequest(ENVELOPE,
      new SnapshotId(BIG, 4), 3, new byte[] {0, -1, '{', '"', 127}, BIG);
  private static final RaftMessage.TimeoutNowRequest TIMEOUT_NOW = new RaftMessage.TimeoutNowRequest(ENVELOPE);
  private static final RaftMessage.ObserveRequest OBSERVE = new RaftMessage.ObserveRequest(ENVELOPE, "[::1]", 9093);
  private static final String ADDRESSES = "\"clusterId\":\"cluster\",\"fromId\":1,"
      + "\"fromDirectoryId\":\"00000000-0000-0001-0000-000000000002\",\"toId\":2,"
      + "\"toDirectoryId\":\"00000000-0000-0003-0000-000000000004\",\"term\":9007199254740993,"
      + "\"requestId\":-9223372036854775801";
  private static final String BACK = "\"clusterId\":\"cluster\",\"fromId\":2,"
      + "\"fromDirectoryId\":\"00000000-0000-0003-0000-000000000004\",\"toId\":1,"
      + "\"toDirectoryId\":\"00000000-0000-0001-0000-000000000002\",\"term\":5,"
      + "\"requestId\":-9223372036854775801";

  private interface Reader {
    RaftMessage.Request read(byte[] body) throws IOException;
  }

  @Test
  void requestsArriveUnchanged() throws Exception {
    assertThat(RaftJson.readAppend(RaftJson.write(APPEND))).isEqualTo(APPEND);
    assertThat(RaftJson.readVote(RaftJson.write(VOTE))).isEqualTo(VOTE);
    assertThat(RaftJson.readPreVote(RaftJson.write(PRE_VOTE))).isEqualTo(PRE_VOTE);
    RaftMessage.VoteRequest handOver = new RaftMessage.VoteRequest(ENVELOPE, BIG, 4, true);
    assertThat(RaftJson.readVote(RaftJson.write(handOver))).isEqualTo(handOver);
    assertThat(RaftJson.readTimeoutNow(RaftJson.write(TIMEOUT_NOW))).isEqualTo(TIMEOUT_NOW);
    assertThat(RaftJson.readObserve(RaftJson.write(OBSERVE))).isEqualTo(OBSERVE);
    assertThat(RaftJson.readSnapshot(RaftJson.write(PIECE))).usingRecursiveComparison().isEqualTo(PIECE);
  }

  @Test
  void entriesOfEveryTypeArriveUnchanged() throws Exception {
    for (EntryType type : EntryType.values()) {
      RaftMessage.AppendRequest append = new RaftMessage.AppendRequest(ENVELOPE, 0, 0,
          List.of(new LogEntry(1, 1, type, "[\"1@h:1/x\"]".getBytes(StandardCharsets.UTF_8))), 0);
      assertThat(RaftJson.readAppend(RaftJson.write(append))).isEqualTo(append);
    }
  }

  /** Nodes of different releases talk to each other while they are upgraded one by one: these forms stay. */
  @Test
  void formsOnTheWireAreTheseToTheByte() {
    assertThat(text(RaftJson.write(TIMEOUT_NOW))).isEqualTo("{" + ADDRESSES + "}");
    assertThat(text(RaftJson.write(OBSERVE))).isEqualTo("{" + ADDRESSES + ",\"host\":\"[::1]\",\"port\":9093}");
    assertThat(text(RaftJson.write(new RaftMessage.VoteRequest(ENVELOPE, 6, 4, true))))
        .isEqualTo("{" + ADDRESSES + ",\"lastLogIndex\":6,\"lastLogTerm\":4,\"transfer\":true}");
    Envelope back = ENVELOPE.reply(TWO, 5);
    SnapshotId id = new SnapshotId(9, 4);
    assertThat(text(RaftJson.write(new RaftMessage.SnapshotReply(back, id, 77, false)))).isEqualTo("{" + BACK
        + ",\"snapshot\":{\"lastIndex\":9,\"lastTerm\":4,\"position\":77,\"totalBytes\":0},\"installed\":false}");
    assertThat(text(RaftJson.write(new RaftMessage.TimeoutNowReply(back, true))))
        .isEqualTo("{" + BACK + ",\"accepted\":true}");
    assertThat(text(RaftJson.write(new RaftMessage.ObserveReply(back, false))))
        .isEqualTo("{" + BACK + ",\"accepted\":false}");
  }

  /** A header's length in four bytes, the header, the piece's bytes as they are. */
  @Test
  void pieceOfASnapshotIsABinaryFrame() {
    byte[] frame = RaftJson.write(PIECE);
    ByteBuffer read = ByteBuffer.wrap(frame);
    byte[] header = new byte[read.getInt()];
    read.get(header);
    assertThat(text(header)).isEqualTo("{" + ADDRESSES + ",\"snapshot\":{\"lastIndex\":9007199254740993,\"lastTerm\":4,"
        + "\"position\":3,\"totalBytes\":9007199254740993}}");
    byte[] bytes = new byte[read.remaining()];
    read.get(bytes);
    assertThat(bytes).containsExactly(0, -1, '{', '"', 127);
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  @Test
  void repliesArriveUnchanged() throws Exception {
    Envelope back = ENVELOPE.reply(TWO, BIG);
    roundTrip(PRE_VOTE, new RaftMessage.PreVoteReply(back, true));
    roundTrip(VOTE, new RaftMessage.VoteReply(back, VoteResult.DISREGARDED));
    roundTrip(APPEND, new RaftMessage.AppendReply(back, true, BIG, 0, 0));
    roundTrip(APPEND, new RaftMessage.AppendReply(back, false, 0, 3, 2));
    roundTrip(PIECE, new RaftMessage.SnapshotReply(back, new SnapshotId(BIG, 2), BIG, false));
    roundTrip(PIECE, new RaftMessage.SnapshotReply(back, new SnapshotId(1, 1), 0, true));
    roundTrip(TIMEOUT_NOW, new RaftMessage.TimeoutNowReply(back, true));
    roundTrip(OBSERVE, new RaftMessage.ObserveReply(back, true));
    roundTrip(PIECE, new RaftMessage.MisaddressedReply(ENVELOPE.reply(new ReplicaKey(2, new UUID(9, 9)), 1), "other"));
    roundTrip(APPEND, new RaftMessage.MisaddressedReply(ENVELOPE.reply(new ReplicaKey(2, new UUID(9, 9)), 1), "other"));
  }

  private static void roundTrip(RaftMessage.Request request, RaftMessage.Reply reply) throws IOException {
    assertThat(RaftJson.readReply(request, RaftJson.write(reply))).isEqualTo(reply);
  }

  @Test
  void replyToSomethingElseIsRefused() {
    List<Envelope> wrong = List.of(new Envelope("other", TWO, ONE, 1, ENVELOPE.requestId()),
        new Envelope("cluster", ONE, ONE, 1, ENVELOPE.requestId()),
        new Envelope("cluster", TWO, TWO, 1, ENVELOPE.requestId()), new Envelope("cluster", TWO, ONE, 1, 99));
    for (Envelope envelope : wrong) {
      byte[] body = RaftJson.write(new RaftMessage.VoteReply(envelope, VoteResult.GRANTED));
      assertThatThrownBy(() -> RaftJson.readReply(VOTE, body)).isInstanceOf(IOException.class);
    }
    byte[] otherKind = RaftJson.write(new RaftMessage.AppendReply(ENVELOPE.reply(TWO, 1), true, 1, 0, 0));
    assertThatThrownBy(() -> RaftJson.readReply(VOTE, otherKind)).isInstanceOf(IOException.class);
  }

  @Test
  void messageWithAnyFieldMissingOrOfTheWrongKindIsRefused() throws Exception {
    everyFieldMatters(RaftJson.write(APPEND), RaftJson::readAppend);
    everyFieldMatters(RaftJson.write(VOTE), RaftJson::readVote);
    everyFieldMatters(RaftJson.write(PRE_VOTE), RaftJson::readPreVote);
    everyFieldMatters(RaftJson.write(TIMEOUT_NOW), RaftJson::readTimeoutNow);
    everyFieldMatters(RaftJson.write(OBSERVE), RaftJson::readObserve);
  }

  @Test
  void pieceWithAnyFieldMissingOrWrongIsRefused() throws Exception {
    ObjectNode header = (ObjectNode) WireJson.mapper().readTree(BinaryFrame.parse(RaftJson.write(PIECE)).header());
    everyFieldMatters(bytes(header), changed -> RaftJson.readSnapshot(frame(changed, new byte[5])));
    byte[] snapshot = bytes((ObjectNode) header.get("snapshot"));
    everyFieldMatters(snapshot, changed -> {
      ObjectNode whole = header.deepCopy();
      whole.set("snapshot", WireJson.mapper().readTree(changed));
      return RaftJson.readSnapshot(frame(bytes(whole), new byte[5]));
    });
  }

  @Test
  void pieceOutsideItsSnapshotOrABrokenFrameIsRefused() throws Exception {
    byte[] whole = RaftJson.write(PIECE);
    int header = ByteBuffer.wrap(whole).getInt();
    for (int cut = 0; cut <= BinaryFrame.PREFIX_LENGTH + header; cut += 3) {
      byte[] part = Arrays.copyOf(whole, cut);
      assertThatThrownBy(() -> RaftJson.readSnapshot(part)).as("%s bytes", cut).isInstanceOf(IOException.class);
    }
    byte[] noBytes = Arrays.copyOf(whole, BinaryFrame.PREFIX_LENGTH + header);
    assertThatThrownBy(() -> RaftJson.readSnapshot(noBytes)).isInstanceOf(IOException.class);
    for (long[] wrong : new long[][] {{0, 4, 0, 5}, {9, 0, 0, 5}, {9, 4, -1, 5}, {9, 4, 1, 5}, {9, 4, 0, -1},
        {9, 4, Long.MAX_VALUE, 5}, {9, 4, Long.MAX_VALUE - 2, Long.MAX_VALUE}}) {
      ObjectNode changed = (ObjectNode) WireJson.mapper().readTree(BinaryFrame.parse(whole).header());
      changed.putObject("snapshot").put("lastIndex", wrong[0]).put("lastTerm", wrong[1]).put("position", wrong[2])
          .put("totalBytes", wrong[3]);
      assertThatThrownBy(() -> RaftJson.readSnapshot(frame(bytes(changed), new byte[5])))
          .as("%s", Arrays.toString(wrong))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void addressThatCannotBeWrittenDownIsRefused() throws Exception {
    ObjectNode observe = (ObjectNode) WireJson.mapper().readTree(RaftJson.write(OBSERVE));
    for (String host : List.of("", "a b", "a\"b", "a/b", "a,b", "a@b")) {
      ObjectNode wrong = observe.deepCopy().put("host", host);
      assertThatThrownBy(() -> RaftJson.readObserve(bytes(wrong))).as(host).isInstanceOf(IOException.class);
    }
    for (int port : new int[] {-1, 65_536}) {
      ObjectNode wrong = observe.deepCopy().put("port", port);
      assertThatThrownBy(() -> RaftJson.readObserve(bytes(wrong))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void replyWithAnyFieldMissingOrWrongIsRefused() throws Exception {
    Envelope back = ENVELOPE.reply(TWO, BIG);
    everyFieldOfAReplyMatters(PRE_VOTE, new RaftMessage.PreVoteReply(back, true));
    everyFieldOfAReplyMatters(VOTE, new RaftMessage.VoteReply(back, VoteResult.GRANTED));
    everyFieldOfAReplyMatters(APPEND, new RaftMessage.AppendReply(back, true, 1, 2, 3));
    everyFieldOfAReplyMatters(PIECE, new RaftMessage.SnapshotReply(back, new SnapshotId(9, 4), 1, true));
    everyFieldOfAReplyMatters(TIMEOUT_NOW, new RaftMessage.TimeoutNowReply(back, true));
    everyFieldOfAReplyMatters(OBSERVE, new RaftMessage.ObserveReply(back, true));
  }

  private static void everyFieldOfAReplyMatters(RaftMessage.Request to, RaftMessage.Reply reply) throws IOException {
    ObjectNode whole = (ObjectNode) WireJson.mapper().readTree(RaftJson.write(reply));
    List<String> names = new ArrayList<>();
    whole.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      ObjectNode without = whole.deepCopy();
      without.remove(name);
      assertThatThrownBy(() -> RaftJson.readReply(to, bytes(without))).as("without %s", name)
          .isInstanceOf(IOException.class);
      ObjectNode wrong = whole.deepCopy();
      wrong.putObject(name).put("x", "y");
      assertThatThrownBy(() -> RaftJson.readReply(to, bytes(wrong))).as("wrong %s", name)
          .isInstanceOf(IOException.class);
    }
  }

  private static byte[] frame(byte[] header, byte[] payload) {
    return ByteBuffer.allocate(BinaryFrame.PREFIX_LENGTH + header.length + payload.length).putInt(header.length)
        .put(header)
        .put(payload).array();
  }

  private static void everyFieldMatters(byte[] body, Reader reader) throws IOException {
    ObjectNode whole = (ObjectNode) WireJson.mapper().readTree(body);
    List<String> names = new ArrayList<>();
    whole.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      ObjectNode without = whole.deepCopy();
      without.remove(name);
      assertThatThrownBy(() -> reader.read(bytes(without))).as("without %s", name).isInstanceOf(IOException.class);
      ObjectNode wrong = whole.deepCopy();
      wrong.putObject(name).put("x", "y");
      assertThatThrownBy(() -> reader.read(bytes(wrong))).as("wrong %s", name).isInstanceOf(IOException.class);
    }
  }

  private static byte[] bytes(ObjectNode node) {
    return WireJson.write(node);
  }

  @Test
  void gapsNegativeNumbersAndBrokenBytesAreRefused() throws Exception {
    ObjectNode gap = (ObjectNode) WireJson.mapper().readTree(RaftJson.write(APPEND));
    gap.put("prevIndex", 4);
    assertThatThrownBy(() -> RaftJson.readAppend(bytes(gap))).isInstanceOf(IOException.class)
        .hasMessageContaining("gap");
    ObjectNode negative = (ObjectNode) WireJson.mapper().readTree(RaftJson.write(VOTE));
    negative.put("term", -1);
    assertThatThrownBy(() -> RaftJson.readVote(bytes(negative))).isInstanceOf(IOException.class);
    byte[] whole = RaftJson.write(APPEND);
    for (int cut = 0; cut < whole.length; cut += 7) {
      byte[] part = Arrays.copyOf(whole, cut);
      assertThatThrownBy(() -> RaftJson.readAppend(part)).isInstanceOf(IOException.class);
    }
  }
}
