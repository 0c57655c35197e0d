package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.key;
import static io.ottla.controller.raft.CoreFixture.voter;
import static io.ottla.controller.raft.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who votes, in memory and as the payload of an entry (Q5, Q36). */
final class VoterSetTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 2", "4, 3", "5, 3", "6, 4", "7, 4"})
  void anyTwoMajoritiesShareAVoter(int size, int majority) {
    assertThat(voters(1, size).majority()).isEqualTo(majority);
    assertThat(2 * majority).isGreaterThan(size);
  }

  /** Dissertation, section 4.1: why one voter at a time is safe without joint majorities. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void majoritiesOfSetsThatDifferByOneVoterShareAVoter(int size) {
    assertThat(voters(1, size).majority() + voters(1, size + 1).majority()).isGreaterThan(size + 1);
  }

  @Test
  void votersAreOrderedWhateverOrderTheyComeIn() {
    var set = new VoterSet(List.of(voter(3), voter(1), voter(2)));
    assertThat(set).isEqualTo(voters(1, 3));
    assertThat(set.peersOf(key(2))).containsExactly(key(1), key(3));
    assertThat(set.peersOf(key(9))).hasSize(3);
  }

  @Test
  void nodeMayVoteWithTwoDisksButNotTwiceWithOne() {
    var otherDisk = new Voter(new ReplicaKey(2, new UUID(9, 9)), "localhost", 9002);
    VoterSet both = voters(1, 3).with(otherDisk);
    assertThat(both.size()).isEqualTo(4);
    assertThat(both.without(key(2)).contains(otherDisk.key())).isTrue();
    assertThat(both.without(key(2)).contains(key(2))).isFalse();
    assertThatThrownBy(() -> both.with(new Voter(key(2), "elsewhere", 1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void emptySetHasNoMajority() {
    assertThatThrownBy(() -> voters(1, 1).without(key(1))).isInstanceOf(IllegalArgumentException.class);
  }

  /** The payload is on disk: its form never changes. */
  @Test
  void payloadIsAJsonArrayOfTheVoters() {
    var set = new VoterSet(List.of(new Voter(new ReplicaKey(12, new UUID(1, 2)), "b.example", 9093),
        new Voter(new ReplicaKey(7, new UUID(-1, -2)), "10.0.0.7", 1)));
    assertThat(new String(set.encode(), StandardCharsets.UTF_8))
        .isEqualTo("[\"7@10.0.0.7:1/ffffffff-ffff-ffff-ffff-fffffffffffe\","
            + "\"12@b.example:9093/00000000-0000-0001-0000-000000000002\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "10.1.2.3", "::1", "[fe80::1]", "a-b.c_d", "é"})
  void whatIsWrittenIsRead(String host) {
    var random = new Random(42);
    VoterSet set = voters(1, 1);
    for (int more = 0; more < 9; more++) {
      var key = new ReplicaKey(random.nextInt(Integer.MAX_VALUE), new UUID(random.nextLong(), random.nextLong()));
      set = set.with(new Voter(key, host, random.nextInt(1, 65_536)));
    }
    assertThat(VoterSet.decode(set.encode())).isEqualTo(set);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "]", "[]", "[\"", "[\"]", "\"]", "[\"\"]", "{}", "null", "[\"1\"]",
      "[\"1@h:1\"]", "[\"@h:1/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@:1/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h/00000000-0000-0000-0000-000000000001\"]", "[\"1@h:x/00000000-0000-0000-0000-000000000001\"]",
      "[\"x@h:1/00000000-0000-0000-0000-000000000001\"]", "[\"-1@h:1/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h:1/none\"]", "[\"1@h h:1/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h:70000/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h:-1/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h:1/00000000-0000-0000-0000-000000000001\",\"1@g:2/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h:1/00000000-0000-0000-0000-000000000001\" , \"2@h:1/00000000-0000-0000-0000-000000000001\"]",
      "[\"1@h:1/00000000-0000-0000-0000-000000000001\"],"})
  void anythingElseIsRefused(String payload) {
    assertThatThrownBy(() -> VoterSet.decode(payload.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void payloadCutAnywhereIsRefused() {
    byte[] whole = voters(1, 3).encode();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> VoterSet.decode(part)).as("%s bytes", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
