package io.ottla.broker.runtime;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.replica.IsrAnswer;
import io.ottla.broker.replica.IsrProposal;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.error.Outcome;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;

/**
 * Looks for followers that fall behind, carries ISR proposals to the controllers, several in one call, and brings the answers back (P22–P25).
 * One named platform thread; a slow controller holds up nothing else.
 */
final class IsrLoop implements IsrOutbox, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IsrLoop.class);
  /** A pause of the whole process beyond this makes every follower look late through no fault of its own (P25). */
  private static final long STALL_MS = 500;

  /** Proposals in one call; a controller decides about no more than that at once, and refuses the others as BUSY. */
  private static final int MAX_PROPOSALS = 2_000;

  /** A proposal on its way. */
  record Sent(HostedPartition partition, IsrProposal proposal) {}

  private final ControllerCalls controllers;
  private final BrokerSession session;
  private final MonotonicClock clock;
  private final long checkEveryMs;
  private final Supplier<? extends Iterable<HostedPartition>> partitions;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Thread thread = new Thread(this::run, "ottla-isr");
  private final WaitingProposals<Sent> outbox = new WaitingProposals<>();
  private boolean stopping;

  IsrLoop(ControllerCalls controllers, BrokerSession session, MonotonicClock clock, long lagMaxMs,
      Supplier<? extends Iterable<HostedPartition>> partitions) {
    this.controllers = controllers;
    this.session = session;
    this.clock = clock;
    this.checkEveryMs = Math.max(50, Math.min(500, lagMaxMs / 4));
    this.partitions = partitions;
  }

  void start() {
    thread.start();
  }

  @Override
  public void send(HostedPartition partition, IsrProposal proposal) {
    lock.lock();
    try {
      outbox.add(partition.id(), new Sent(partition, proposal));
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    long checkAtMs = clock.millis() + checkEveryMs;
    while (true) {
      long waitFromMs = clock.millis();
      List<Sent> toSend = takeUntil(checkAtMs);
      if (toSend == null) {
        return;
      }
      long nowMs = clock.millis();
      if (nowMs > Math.max(checkAtMs, waitFromMs) + STALL_MS) {
        LOG.warn("event=stall milliseconds={} effect=\"followers are given a fresh lag time\"", nowMs - checkAtMs);
        partitions.get().forEach(HostedPartition::onOwnStall);
      }
      if (!toSend.isEmpty()) {
        exchange(toSend);
      }
      if (nowMs >= checkAtMs) {
        partitions.get().forEach(HostedPartition::checkIsr);
        checkAtMs = clock.millis() + checkEveryMs;
      }
    }
  }

  /** Waits for proposals or the time of the next check; null at the end. */
  private @Nullable List<Sent> takeUntil(long checkAtMs) {
    lock.lock();
    try {
      while (outbox.isEmpty() && !stopping) {
        long left = checkAtMs - clock.millis();
        if (left <= 0 || !work.await(left, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
      return stopping ? null : outbox.take(MAX_PROPOSALS);
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void exchange(List<Sent> sent) {
    try {
      AlterPartitionsResponse response = controllers.alterPartitions(new AlterPartitionsRequest(session.clusterId(),
          session.brokerId(), session.brokerEpoch(), sent.stream().map(IsrLoop::wire).toList()));
      for (int i = 0; i < sent.size(); i++) {
        answer(sent.get(i),
            i < response.partitions().size() ? answer(response.partitions().get(i)) : new IsrAnswer.Unknown());
      }
    } catch (OttlaException e) {
      LOG.info("event=isr_proposals_failed count={} code={} reason=\"{}\"", sent.size(), e.code(), e.getMessage());
      sent.forEach(one -> answer(one, answer(e)));
    } catch (RuntimeException e) {
      LOG.error("event=isr_proposals_failed count={}", sent.size(), e);
      sent.forEach(one -> answer(one, new IsrAnswer.Unknown()));
    }
  }

  /** What a failed call says about each of its proposals. */
  static IsrAnswer answer(OttlaException failure) {
    return failure.code().outcome() == Outcome.REFUSED
        ? new IsrAnswer.Refused(failure.code())
        : new IsrAnswer.Unknown();
  }

  static void answer(Sent sent, IsrAnswer answer) {
    LOG.info("event=isr_proposal partition={} newIsr={} partitionEpoch={} answer={}", sent.partition().id(),
        sent.proposal().newIsr(), sent.proposal().partitionEpoch(), answer);
    sent.partition().onProposalAnswer(sent.proposal(), answer);
  }

  static IsrAnswer answer(AlterPartitionsResponse.Item item) {
    ErrorCode error = item.error();
    return error == null ? new IsrAnswer.Accepted(item.partitionEpoch()) : new IsrAnswer.Refused(error);
  }

  static AlterPartitionsRequest.Item wire(Sent sent) {
    IsrProposal proposal = sent.proposal();
    return new AlterPartitionsRequest.Item(sent.partition().id().topicId(), sent.partition().id().partition(),
        proposal.leaderEpoch(), proposal.partitionEpoch(), proposal.newIsr().stream()
            .map(member -> new AlterPartitionsRequest.IsrMember(member.brokerId(), member.brokerEpoch())).toList(),
        proposal.recovered());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      stopping = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }
}
