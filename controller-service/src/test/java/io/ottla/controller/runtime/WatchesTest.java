package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a controller watches, as the quorum and the metadata change, and where hints go. */
class WatchesTest {
  private static final ReplicaKey ONE = key(1);
  private static final ReplicaKey TWO = key(2);

  private final RecordingWatchers watchers = new RecordingWatchers();
  private final List<String> hints = new ArrayList<>();
  private MetadataImage image = MetadataImage.EMPTY;

  private static ReplicaKey key(int id) {
    return new ReplicaKey(id, new UUID(0, id));
  }

  private void append(MetadataRecord... records) {
    image = MetadataDelta.apply(image, image.index() + 1, 1, List.of(records));
  }

  private static MetadataRecord broker(int id, int port) {
    return new MetadataRecord.RegisterBroker(id, new UUID(1, port), List.of(new UUID(2, id)),
        List.of(new Endpoint(Endpoint.CLIENT, "c" + id, port + 1), new Endpoint(Endpoint.INTERNAL, "b" + id, port)),
        null, new TreeMap<>());
  }

  private ControllerStatus status(boolean active, @Nullable ReplicaKey leader) {
    VoterSet voters = new VoterSet(List.of(new Voter(ONE, "c1", 9001), new Voter(TWO, "c2", 9002),
        new Voter(key(3), "c3", 9003)));
    Role role = ONE.equals(leader) ? Role.LEADER : leader == null ? Role.PRE_CANDIDATE : Role.FOLLOWER;
    return new ControllerStatus(
        new QuorumReport(ONE, role, 5, leader, null, active, active, 0, 0, 1, 0, 0, 0, 0, -1, voters, 0, null, false,
            List.of(),
            List.of()),
        image, active);
  }

  // ---- brokers

  @Test
  void theActiveControllerWatchesTheBrokersThatAreNotFenced() {
    BrokerWatch watch = new BrokerWatch(1, 3_000, watchers,
        (id, epoch, observedMs) -> hints.add(id + "/" + epoch + "@" + observedMs));
    append(broker(101, 9101));
    append(broker(102, 9102));
    append(MetadataRecord.BrokerChange.unfence(101, 1));
    watch.follow(status(false, TWO));
    assertThat(watchers.targets).as("not active").isNull();

    watch.follow(status(true, ONE));
    assertThat(watchers.targets).containsExactly("Registration[brokerId=101, brokerEpoch=1] b101:9101 600");

    append(MetadataRecord.BrokerChange.unfence(102, 2));
    watch.follow(status(true, ONE));
    assertThat(watchers.targets).hasSize(2);
    append(MetadataRecord.BrokerChange.fence(101, 1));
    watch.follow(status(true, ONE));
    assertThat(watchers.targets).containsExactly("Registration[brokerId=102, brokerEpoch=2] b102:9102 600");
    watch.follow(status(false, TWO));
    assertThat(watchers.targets).as("no longer active").isEmpty();
  }

  /** A new process of a broker is somebody else, also at the same address. */
  @Test
  void aNewRegistrationIsWatchedAnew() {
    BrokerWatch watch = new BrokerWatch(1, 3_000, watchers, (id, epoch, observedMs) -> {});
    append(broker(101, 9101));
    append(MetadataRecord.BrokerChange.unfence(101, 1));
    watch.follow(status(true, ONE));
    append(broker(101, 9101));
    append(MetadataRecord.BrokerChange.unfence(101, 3));
    watch.follow(status(true, ONE));
    assertThat(watchers.targets).containsExactly("Registration[brokerId=101, brokerEpoch=3] b101:9101 600");
  }

  @Test
  void aBrokerInTheSameProcessIsNotWatched() {
    BrokerWatch watch = new BrokerWatch(1, 3_000, watchers, (id, epoch, observedMs) -> {});
    append(broker(1, 9001));
    append(MetadataRecord.BrokerChange.unfence(1, 1));
    watch.follow(status(true, ONE));
    assertThat(watchers.targets).isEmpty();
  }

  @Test
  void nothingIsAskedAgainWhileNothingChanges() {
    BrokerWatch watch = new BrokerWatch(1, 3_000, watchers, (id, epoch, observedMs) -> {});
    append(broker(101, 9101));
    watch.follow(status(true, ONE));
    watch.follow(status(true, ONE));
    watch.follow(status(true, ONE));
    assertThat(watchers.calls).isEqualTo(1);
  }

  @Test
  void hintsNameTheRegistrationAndTheTime() {
    new BrokerWatch(1, 3_000, watchers, (id, epoch, observedMs) -> hints.add(id + "/" + epoch + "@" + observedMs));
    watchers.say(new BrokerWatch.Registration(101, 7), 55);
    assertThat(hints).containsExactly("101/7@55");
  }

  // ---- the leader

  private LeaderWatch leaderWatch() {
    return new LeaderWatch(watchers, voter -> new Endpoint(Endpoint.INTERNAL, voter.host() + ".now", voter.port()),
        leader -> hints.add(leader.toString()));
  }

  @Test
  void aFollowerWatchesItsLeader() {
    LeaderWatch watch = leaderWatch();
    watch.follow(status(false, TWO));
    assertThat(watchers.targets).containsExactly(TWO + " c2.now:9002 100");
    watch.follow(status(false, key(3)));
    assertThat(watchers.targets).containsExactly(key(3) + " c3.now:9003 100");
    watchers.say(key(3), 1);
    assertThat(hints).containsExactly(key(3).toString());
  }

  @Test
  void aLeaderWatchesNobody() {
    LeaderWatch watch = leaderWatch();
    watch.follow(status(false, TWO));
    watch.follow(status(true, ONE));
    assertThat(watchers.targets).isEmpty();
  }

  /** It may well be elected again, and then the connection is there already. */
  @Test
  void theLastLeaderStaysWatchedWhileThereIsNone() {
    LeaderWatch watch = leaderWatch();
    watch.follow(status(false, TWO));
    watch.follow(status(false, null));
    watch.follow(status(false, TWO));
    assertThat(watchers.calls).isEqualTo(1);
    assertThat(watchers.targets).hasSize(1);
  }

  @Test
  void aLeaderOutsideTheVotersIsWatchedOnceItsAddressIsKnown() {
    LeaderWatch watch = leaderWatch();
    watch.follow(status(false, key(9)));
    assertThat(watchers.targets).isNull();
    watch.follow(status(false, TWO));
    assertThat(watchers.targets).hasSize(1);
  }

  /** Remembers the newest targets, as text, and speaks when told to. */
  private static final class RecordingWatchers implements ProcessWatcher.Factory {
    private @Nullable List<String> targets;
    private int calls;
    private ProcessWatcher.@Nullable Listener<Object> listener;

    @Override
    @SuppressWarnings("unchecked")
    public <K> ProcessWatcher<K> create(ProcessWatcher.Listener<K> told) {
      listener = (ProcessWatcher.Listener<Object>) told;
      return new ProcessWatcher<>() {
        @Override
        public void watch(Collection<ProcessWatcher.Target<K>> wanted) {
          calls++;
          targets = wanted.stream().map(one -> one.key() + " " + one.address().host() + ":" + one.address().port() + " "
              + one.unprovenMs()).toList();
        }

        @Override
        public void close() {
          targets = null;
        }
      };
    }

    void say(Object key, long observedMs) {
      ProcessWatcher.Listener<Object> told = listener;
      if (told == null) {
        throw new AssertionError("no watcher was made");
      }
      told.gone(key, observedMs);
    }
  }
}
