package io.ottla.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

  private interface Reader {
    RaftMessage.Request read(byte[] body) throws IOException;
  }

  @Test
  void requestsArriveUnchanged() throws Exception {
    assertThat(RaftJson.readAppend(RaftJson.write(APPEND))).isEqualTo(APPEND);
    assertThat(RaftJson.readVote(RaftJson.write(VOTE))).isEqualTo(VOTE);
    assertThat(RaftJson.readPreVote(RaftJson.write(PRE_VOTE))).isEqualTo(PRE_VOTE);
  }

  @Test
  void repliesArriveUnchanged() throws Exception {
    Envelope back = ENVELOPE.reply(TWO, BIG);
    roundTrip(PRE_VOTE, new RaftMessage.PreVoteReply(back, true));
    roundTrip(VOTE, new RaftMessage.VoteReply(back, VoteResult.DISREGARDED));
    roundTrip(APPEND, new RaftMessage.AppendReply(back, true, BIG, 0, 0));
    roundTrip(APPEND, new RaftMessage.AppendReply(back, false, 0, 3, 2));
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
  }

  private static void everyFieldMatters(byte[] body, Reader reader) throws IOException {
    ObjectNode whole = (ObjectNode) WireJson.mapper().readTree(body);
    List<String> names = new ArrayList<>();
    whole.fieldNames().forEachRemaining(names::add);
    List<String> numbers = List.of("fromId", "toId", "term", "requestId");
    for (String name : names) {
      if (!numbers.contains(name)) {
        ObjectNode without = whole.deepCopy();
        without.remove(name);
        assertThatThrownBy(() -> reader.read(bytes(without))).as("without %s", name).isInstanceOf(IOException.class);
      }
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
      byte[] part = java.util.Arrays.copyOf(whole, cut);
      assertThatThrownBy(() -> RaftJson.readAppend(part)).isInstanceOf(IOException.class);
    }
  }
}
