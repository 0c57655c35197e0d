package io.ottla.broker.runtime;

import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.lifecycle.SessionTurns;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.replica.IsrAnswer;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.random.RandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.FetchRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The replicas of a broker, production code, without its threads: whoever owns it takes their turns, one at a time. */
public final class BrokerTurns {
  private final ReplicaManager manager;
  private final LogStore store;
  private final BrokerSession session;
  private final MonotonicClock clock;
  private final LinkedHashSet<HostedPartition> forces = new LinkedHashSet<>();
  private final WaitingProposals<IsrLoop.Sent> proposals = new WaitingProposals<>();
  private final Loops loops;

  /** Something to be done later, unless it is cancelled before. */
  @FunctionalInterface
  public interface Timer {
    Future<?> after(long delayMs, Runnable action);
  }

  /** Makes the core of a replica. */
  @FunctionalInterface
  public interface Replicas extends Workers.ReplicaFactory {}

  /**
   * What it is made of.
   *
   * @param followersForce whether followers force what they append before they fetch again
   * @param dir its only log directory
   */
  public record Parts(OpenLogDir dir, LogConfig logs, NodeConfig config, BrokerSession session,
      MonotonicClock clock, LongSupplier wallClock, RandomSource random, Timer timer, Replicas replicas,
      boolean followersForce, Consumer<Throwable> fatal) {}

  /** Replicas that act on nothing before the metadata holds their broker's registration. */
  public BrokerTurns(Parts parts) {
    this.store = parts.dir().store();
    this.session = parts.session();
    this.clock = parts.clock();
    NodeConfig.BrokerSettings settings = parts.config().broker();
    FetchSettings fetching = new FetchSettings(0, settings.fetchMaxBytes(), settings.fetchResponseMaxBytes(),
        parts.followersForce());
    this.loops = new Loops(new FetchServices(clock, session, fetching, (leader, request, timeout) -> {
      throw new IllegalStateException("fetches are carried by whoever takes the turns");
    }, leader -> Optional.empty(), new AtomicLong(), parts.fatal()));
    Purgatory purgatory = new Purgatory() {
      @Override
      Future<?> after(long delayMs, Runnable expire) {
        return parts.timer().after(delayMs, expire);
      }
    };
    this.manager = new ReplicaManager(
        new ReplicaManager.Parts(List.of(parts.dir()), parts.logs(), settings, session, SessionTurns.NOBODY,
            (leader, request, timeout) -> new CompletableFuture<>(), clock, parts.wallClock(), parts.random(),
            parts.fatal()),
        new Workers(purgatory, forces::add,
            (partition, proposal) -> proposals.add(partition.id(), new IsrLoop.Sent(partition, proposal)), loops,
            new Aside(parts.timer()),
            parts.replicas()));
  }

  /** What a thread of its own would do comes right after the running turn; what that starts in turn, at once. */
  private static final class Aside implements Executor {
    private final Timer timer;
    private boolean running;

    Aside(Timer timer) {
      this.timer = timer;
    }

    @Override
    public void execute(Runnable action) {
      if (running) {
        action.run();
        return;
      }
      timer.after(0, () -> {
        running = true;
        try {
          action.run();
        } finally {
          running = false;
        }
      });
    }
  }

  /** The replicas, for everything but threads. */
  public ReplicaManager manager() {
    return manager;
  }

  // ---- following

  /** Fetcher threads that are never started. */
  private static final class Loops implements Following {
    private final FetchServices services;
    private final SortedMap<Integer, FetcherLoop> all = new TreeMap<>();
    private final Map<TopicIdPartition, Integer> leaders = new TreeMap<>();
    private final SortedSet<Integer> changed = new TreeSet<>();

    Loops(FetchServices services) {
      this.services = services;
    }

    @Override
    public void follow(HostedPartition partition, int leaderId) {
      stopFollowing(partition.id());
      leaders.put(partition.id(), leaderId);
      all.computeIfAbsent(leaderId, id -> new FetcherLoop(id, services)).add(partition);
      changed.add(leaderId);
    }

    @Override
    public void stopFollowing(TopicIdPartition id) {
      Integer before = leaders.remove(id);
      FetcherLoop loop = before == null ? null : all.get(before);
      if (loop != null) {
        loop.remove(id);
      }
    }

    @Override
    public void close() {
      all.clear();
    }
  }

  /** A fetch under way. */
  public static final class Fetch {
    private final FetcherLoop loop;
    private final Map<TopicIdPartition, FetcherLoop.Asked> asked;
    private final FetchRequest request;

    private Fetch(FetcherLoop loop, Map<TopicIdPartition, FetcherLoop.Asked> asked) {
      this.loop = loop;
      this.asked = asked;
      this.request = loop.request(asked);
    }

    /** What to send. */
    public FetchRequest request() {
      return request;
    }
  }

  /** Brokers this one fetches from, or once did. */
  public Collection<Integer> leaders() {
    return List.copyOf(loops.all.keySet());
  }

  /** Whether a partition began to follow that leader since the last look: the fetch under way is then given up. */
  public boolean takeChange(int leader) {
    return loops.changed.remove(leader);
  }

  /** The next fetch from a leader, null when nothing is due. */
  public @Nullable Fetch ask(int leader) {
    FetcherLoop loop = loops.all.get(leader);
    Map<TopicIdPartition, FetcherLoop.Asked> asked = loop == null ? Map.of() : loop.ask(clock.millis());
    return loop == null || asked.isEmpty() ? null : new Fetch(loop, asked);
  }

  /** Serves a follower. */
  public LeaderFetchCalls.Reply serve(FetchRequest request) throws InterruptedException {
    FetchReply reply = manager.fetch(request);
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    try {
      reply.writePayload(payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new LeaderFetchCalls.Reply(reply.header(), ByteBuffer.wrap(payload.toByteArray()));
  }

  /** Takes over what a leader sent, and forces it. */
  public void apply(Fetch fetch, LeaderFetchCalls.Reply reply) {
    fetch.loop.apply(reply, fetch.asked);
  }

  // ---- forcing

  /** Whether appends wait for a force. */
  public boolean forceWaits() {
    return !forces.isEmpty();
  }

  /** Forces the log whose turn it is. */
  public void force() {
    HostedPartition next = forces.removeFirst();
    next.force();
  }

  /** Writes the hints for the next start. */
  public void checkpoint() {
    Map<TopicIdPartition, Long> marks = new TreeMap<>();
    manager.hosted().forEach(hosted -> marks.put(hosted.id(), hosted.snapshot().highWatermark()));
    store.checkpointHighWatermarks(marks);
    store.checkpointRecoveryPoints();
    manager.retryUndone();
  }

  /** Lets every log lose what is too old or too much. */
  public void retain(long wallMs) {
    manager.hosted().forEach(hosted -> hosted.retain(wallMs, clock.millis()));
  }

  // ---- ISR

  /** Proposals sent in one call. */
  public static final class Proposed {
    private final List<IsrLoop.Sent> sent;
    private final AlterPartitionsRequest request;

    private Proposed(List<IsrLoop.Sent> sent, BrokerSession session) {
      this.sent = sent;
      this.request = new AlterPartitionsRequest(session.clusterId(), session.brokerId(), session.brokerEpoch(),
          sent.stream().map(IsrLoop::wire).toList());
    }

    /** What to send. */
    public AlterPartitionsRequest request() {
      return request;
    }

    /** The controllers' answer. */
    public void answered(AlterPartitionsResponse response) {
      for (int i = 0; i < sent.size(); i++) {
        IsrLoop.answer(sent.get(i), IsrLoop.answer(response.partitions().get(i)));
      }
    }

    /** There is none, or it is a refusal of all. */
    public void failed(OttlaException failure) {
      IsrAnswer answer = IsrLoop.answer(failure);
      sent.forEach(one -> IsrLoop.answer(one, answer));
    }
  }

  /** Looks whether ISR changes are due. */
  public void checkIsr() {
    manager.hosted().forEach(HostedPartition::checkIsr);
  }

  /** The process stood still (P25). */
  public void onOwnStall() {
    manager.hosted().forEach(HostedPartition::onOwnStall);
  }

  /** Proposals to send now, null for none. */
  public @Nullable Proposed takeProposals() {
    if (proposals.isEmpty()) {
      return null;
    }
    return new Proposed(proposals.take(Integer.MAX_VALUE), session);
  }

  // ---- the end, and looking in

  /** A clean end: nobody is served any more, everything is forced, and the mark is left (M12). */
  public void closeCleanly() {
    manager.hosted().forEach(HostedPartition::close);
    store.closeCleanly(session.brokerEpoch());
  }

  /** One replica as it is. */
  public record Hosted(TopicIdPartition id, PartitionLog log, PartitionReplica replica) {}

  /** The replicas in service, by partition. */
  public List<Hosted> hosted() {
    return manager.hosted().stream().sorted((a, b) -> a.id().compareTo(b.id()))
        .map(one -> new Hosted(one.id(), one.log(), one.replica())).toList();
  }
}
