package io.ottla.controller.runtime;

import io.ottla.common.metadata.Endpoint;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Watches the process of the leader that this controller follows, and passes on when it is gone: the election then begins at once and not after the
 * election timeout. Follows the quorum by being shown each status.
 */
public final class LeaderWatch implements AutoCloseable {
  /** A leader has just been heard of, so its refusal means something also when there was no time to connect; two heartbeats, all the same. */
  private static final long UNPROVEN_MS = 100;

  private final Function<Voter, Endpoint> addresses;
  private final ProcessWatcher<ReplicaKey> watcher;
  private @Nullable ReplicaKey watched;

  /**
   * @param addresses where a voter answers now, should that not be where it answered when it became one
   * @param gone is told which leader's process is gone; on some other thread
   */
  public LeaderWatch(ProcessWatcher.Factory watchers, Function<Voter, Endpoint> addresses, Consumer<ReplicaKey> gone) {
    this.addresses = addresses;
    this.watcher = watchers.create((ReplicaKey leader, long _) -> gone.accept(leader));
  }

  /** Adjusts to a new status; on the Raft thread. Without a leader the last one stays watched: it may be the next one. */
  public void follow(ControllerStatus status) {
    QuorumReport quorum = status.quorum();
    ReplicaKey leader = quorum.leader();
    if (leader == null || leader.equals(watched)) {
      return;
    }
    if (leader.equals(quorum.self())) {
      watched = leader;
      watcher.watch(List.of());
      return;
    }
    quorum.voters().find(leader).map(addresses).ifPresent(address -> {
      watched = leader;
      watcher.watch(List.of(new ProcessWatcher.Target<>(leader, address, UNPROVEN_MS)));
    });
  }

  @Override
  public void close() {
    watcher.close();
  }
}
