package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.CreateTopicCommand.Created;
import io.ottla.controller.control.DeleteTopicCommand.Deleted;
import io.ottla.controller.control.HeartbeatCommand.Beat;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The metadata side of a controller. On every controller it applies committed entries; on the active one it also decides (M3): each command is
 * judged against the <em>speculative</em> image, that is the committed one plus all entries appended and not yet committed, and yields a
 * {@link Decision}. The caller appends its records as one entry, reports that with {@link #appended} before asking for the next decision, and
 * replies once the entry, and whatever the decision rests on, is committed (M4). Others only ever see {@link #committed}.
 *
 * <p>
 * Nothing here is durable: resigning drops the speculative image and the sessions, and a successor derives every duty from the image (M5).
 * All methods belong to one thread.
 */
public class ClusterControl {
  private final ControlSettings settings;
  private final BrokerControl brokers;
  private final TopicControl topics;
  private final PartitionControl partitions;
  private final RandomSource random;
  private final int pieceRecords;
  private MetadataImage committed = MetadataImage.EMPTY;
  private @Nullable Activity activity;
  private long uncleanElections;
  private long lastRemovalIndex;
  private long lookedThroughIndex;

  /** What only the active controller has. */
  private static final class Activity {
    private final BrokerSessions sessions;
    private final Duties duties;
    private final Deque<MetadataDelta> uncommitted = new ArrayDeque<>();
    private MetadataImage speculative;
    private long lastRemovalIndex;

    private Activity(BrokerSessions sessions, Duties duties, MetadataImage image, long lastRemovalIndex) {
      this.sessions = sessions;
      this.duties = duties;
      this.speculative = image;
      this.lastRemovalIndex = lastRemovalIndex;
    }
  }

  /** A controller that has applied nothing yet and is not active. */
  public ClusterControl(ControlSettings settings, RandomSource random) {
    this(settings, random, Piece.MAX_RECORDS);
  }

  /** With pieces of another size, which tests make small. */
  ClusterControl(ControlSettings settings, RandomSource random, int pieceRecords) {
    this.settings = settings;
    this.random = random;
    this.brokers = new BrokerControl(settings, pieceRecords);
    this.topics = new TopicControl(random);
    this.partitions = new PartitionControl(pieceRecords);
    this.pieceRecords = pieceRecords;
  }

  /** The image of all committed entries applied so far; the only one to be shown to others. */
  public MetadataImage committed() {
    return committed;
  }

  /** The image decisions are made from: the committed one when this controller is not active. */
  public MetadataImage speculative() {
    Activity active = activity;
    return active == null ? committed : active.speculative;
  }

  /** A snapshot takes the place of all entries up to its last one; only while not active. */
  public void load(MetadataImage image) {
    if (activity != null || image.index() <= committed.index()) {
      throw new IllegalStateException(image + " cannot replace " + committed + ", active=" + active());
    }
    committed = image;
  }

  /** Whether this controller decides. */
  public boolean active() {
    return activity != null;
  }

  /** Unclean elections seen in committed entries; each may have lost data (M21 d, e). */
  public long uncleanElections() {
    return uncleanElections;
  }

  /**
   * Starts deciding. To be called once this controller's first entry of the term is committed and applied (M5).
   *
   * @param nowMs monotonic time
   */
  public void activate(long nowMs) {
    BrokerSessions sessions = BrokerSessions.takeOver(settings, committed, nowMs);
    activity = new Activity(sessions, new Duties(settings, sessions, brokers, pieceRecords, nowMs), committed,
        lastRemovalIndex());
  }

  /** The newest committed entry that deleted a topic, as far as entries were looked at: what a snapshot stands for may hide some. */
  private long lastRemovalIndex() {
    return lookedThroughIndex == committed.index() ? lastRemovalIndex : committed.index();
  }

  /** Stops deciding and forgets all that is not committed. Harmless when not active. */
  public void resign() {
    activity = null;
  }

  /** A broker asks to be registered (M9 to M11). */
  public Decision<Registered> register(RegisterBrokerCommand command, long nowMs) {
    Activity active = requireActive();
    return brokers.register(active.speculative, active.sessions, command, nowMs);
  }

  /**
   * Notes that something was heard of a broker, before its request waits for other work (M15).
   *
   * @param arrivedMs monotonic time when the request arrived
   */
  public void contact(int brokerId, long brokerEpoch, long arrivedMs) {
    Activity active = activity;
    if (active != null) {
      active.sessions.contact(brokerId, brokerEpoch, arrivedMs);
    }
  }

  /**
   * A heartbeat (M14 to M19).
   *
   * @param arrivedMs monotonic time when the request arrived
   */
  public Decision<Beat> heartbeat(HeartbeatCommand command, long arrivedMs) {
    Activity active = requireActive();
    boolean saidGoodbye = command.wantShutdown()
        && active.speculative.broker(command.brokerId()).map(BrokerRegistration::fenced).orElse(true);
    if (!saidGoodbye) {
      active.sessions.contact(command.brokerId(), command.brokerEpoch(), arrivedMs);
    }
    active.sessions.applied(command.brokerId(), command.brokerEpoch(), command.appliedMetadataIndex());
    return brokers.heartbeat(active.speculative, committed, active.sessions, command, arrivedMs);
  }

  /**
   * A hint that a broker's process does not exist any more: its address refused connections. Ends its session, so that the next duty fences it as
   * a timeout would (M16, M18) and a new process may register (M10). The hint decides nothing that a sign of life contradicts: it is ignored when
   * something was heard of the broker since the observation, speaks of another registration, or comes from an address that has refused before
   * while the broker went on with its heartbeats, unless nothing was heard for two of them. A broker that lives comes back with its next
   * heartbeat. Harmless when not active.
   *
   * @param observedMs monotonic time at which the address was first seen to refuse
   * @return whether the session has ended by this
   */
  public boolean brokerGone(int brokerId, long brokerEpoch, long observedMs) {
    Activity active = activity;
    return active != null && active.speculative.broker(brokerId).map(broker -> !broker.fenced()).orElse(false)
        && active.sessions.gone(brokerId, brokerEpoch, observedMs);
  }

  /** Leaders propose ISR changes (M26, M27). */
  public Decision<List<Answer>> alterPartitions(AlterPartitionCommand command) {
    return partitions.alter(requireActive().speculative, command);
  }

  /** Someone asks for a topic (M6, M7, M28 to M31). */
  public Decision<Created> createTopic(CreateTopicCommand command) {
    Activity active = requireActive();
    return topics.create(active.speculative, active.lastRemovalIndex, command);
  }

  /** Someone asks to delete a topic. */
  public Decision<Deleted> deleteTopic(DeleteTopicCommand command) {
    return topics.delete(requireActive().speculative, command);
  }

  /** A broker asks for producer ids (P36). */
  public Decision<ProducerIdsCommand.Block> allocateProducerIds(ProducerIdsCommand command) {
    return ProducerIdControl.allocate(requireActive().speculative, command);
  }

  /** Someone administers topics, replicas or brokers (M23, M25, M31 to M33). */
  public <R> Decision<R> administer(AdminCommand<R> command) {
    return command.decide(new AdminContext(requireActive().speculative, random, pieceRecords));
  }

  /**
   * What this controller has to do on its own: write missing cluster settings, fence a broker not heard of, elect where it is due, complete
   * reassignments, drain brokers, move leaderships back. To be called at every tick, again and again until it gives nothing; each duty sees the effect of the one before (M16).
   * After a large piece of work it gives nothing until some milliseconds later, so that the caller's thread gets to other things.
   *
   * @param nowMs monotonic time
   * @return records to append as one entry, or empty when nothing is due; what is not appended is due again
   */
  public Optional<List<MetadataRecord>> nextDuty(long nowMs) {
    Activity active = activity;
    return active == null ? Optional.empty() : active.duties.next(active.speculative, nowMs);
  }

  /**
   * An entry was appended to the log, be it of a decision, of a duty, or of the quorum itself (then without records).
   *
   * @param index the entry's index: the next one, since only this controller appends
   * @param term the entry's term
   * @param nowMs monotonic time
   */
  public void appended(long index, long term, List<MetadataRecord> records, long nowMs) {
    Activity active = requireActive();
    if (index != active.speculative.index() + 1) {
      throw new IllegalStateException("entry " + index + " was appended after " + active.speculative);
    }
    MetadataDelta delta = MetadataDelta.of(active.speculative, index, term, records);
    active.uncommitted.addLast(delta);
    active.speculative = delta.image();
    records.forEach(change -> follow(active, change, index, nowMs));
    followShutdowns(active, delta);
    active.duties.appended(delta, records, nowMs);
  }

  /**
   * Takes the state of a snapshot over, at start or when the leader sent one because the entries are gone (Q34). Not while active: a leader
   * has every committed entry.
   *
   * @param image of a later entry than the last one applied
   */
  public void restore(MetadataImage image) {
    if (activity != null || image.index() <= committed.index()) {
      throw new IllegalStateException(image + " cannot replace " + committed + (activity == null ? "" : ", active"));
    }
    committed = image;
  }

  /**
   * A committed entry, in index order without gaps, each once.
   *
   * @return what it changed
   */
  public MetadataDelta applyCommitted(long index, long term, List<MetadataRecord> records) {
    if (index != committed.index() + 1) {
      throw new IllegalStateException("entry " + index + " cannot follow " + committed);
    }
    Activity active = activity;
    MetadataDelta delta = active == null || active.uncommitted.isEmpty()
        ? MetadataDelta.of(committed, index, term, records)
        : ownEntry(active.uncommitted.removeFirst(), index, term);
    lastRemovalIndex = records.stream().anyMatch(RemoveTopic.class::isInstance) ? index : lastRemovalIndex();
    lookedThroughIndex = index;
    committed = delta.image();
    if (active != null && active.uncommitted.isEmpty()) {
      active.speculative = committed;
    }
    uncleanElections += records.stream().filter(ClusterControl::isUncleanElection).count();
    return delta;
  }

  private static MetadataDelta ownEntry(MetadataDelta delta, long index, long term) {
    if (delta.image().index() != index || delta.image().term() != term) {
      throw new IllegalStateException(
          "entry " + index + " of term " + term + " was committed where " + delta.image() + " was appended");
    }
    return delta;
  }

  /** Whether a record is the result of an unclean election (M21 d, e). */
  public static boolean isUncleanElection(MetadataRecord change) {
    return change instanceof PartitionChange partition
        && partition.leaderRecoveryState() == LeaderRecoveryState.RECOVERING;
  }

  /** Soft state follows what is appended, so that an append that failed leaves no trace in it. */
  private static void follow(Activity active, MetadataRecord change, long index, long nowMs) {
    if (change instanceof RegisterBroker register) {
      active.sessions.start(register.brokerId(), index, nowMs);
    } else if (change instanceof UnregisterBroker unregister) {
      active.sessions.forget(unregister.brokerId());
    } else if (change instanceof RemoveTopic) {
      active.lastRemovalIndex = index;
    } else if (change instanceof ConfigRecord) {
      active.duties.electionsMayBeDue(); // an unclean election may be allowed from now on (M21 d, e)
    } else if (change instanceof BrokerChange broker && broker.fenced() != null) {
      followFencing(active, broker, broker.fenced(), nowMs);
    }
  }

  private static void followFencing(Activity active, BrokerChange change, boolean fenced, long nowMs) {
    if (!fenced) {
      active.sessions.unfenced(change.brokerId(), nowMs);
      active.duties.electionsMayBeDue();
    } else if (active.speculative.broker(change.brokerId()).map(BrokerRegistration::inControlledShutdown)
        .orElse(false)) {
      active.sessions.end(change.brokerId());
    }
  }

  /** M19: remembers the last entry that moved something away from a broker that is shutting down, and whether it may have more to give. */
  private static void followShutdowns(Activity active, MetadataDelta delta) {
    for (BrokerRegistration broker : delta.image().brokers().values()) {
      if (broker.inControlledShutdown() && !broker.fenced()) {
        followShutdown(active.sessions, delta, broker.brokerId());
      }
    }
  }

  private static void followShutdown(BrokerSessions sessions, MetadataDelta delta, int brokerId) {
    boolean mustBeSeen = delta.changedBrokers().contains(brokerId);
    boolean mayHandOver = !delta.changedBrokers().isEmpty();
    for (Map.Entry<TopicIdPartition, PartitionState> changed : delta.changedPartitions().entrySet()) {
      boolean member = changed.getValue().isr().contains(brokerId);
      mayHandOver |= member;
      mustBeSeen = mustBeSeen || (!member && wasMember(delta.before(), changed.getKey(), brokerId));
    }
    if (mustBeSeen) {
      sessions.shutdownMustBeSeen(brokerId, delta.image().index());
    }
    if (mayHandOver) {
      sessions.handOverMayBeDue(brokerId);
    }
  }

  private static boolean wasMember(MetadataImage before, TopicIdPartition id, int brokerId) {
    return before.partition(id.topicId(), id.partition()).map(state -> state.isr().contains(brokerId)).orElse(false);
  }

  private Activity requireActive() {
    Activity active = activity;
    if (active == null) {
      throw new OttlaException(ErrorCode.NOT_CONTROLLER, "This controller is not the active one.");
    }
    return active;
  }
}
