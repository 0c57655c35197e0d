package io.ottla.controller.runtime;

import io.ottla.controller.formation.Formation;
import io.ottla.controller.formation.FormationPeers;
import io.ottla.controller.formation.FormationStatus;
import io.ottla.controller.formation.PeerIdentity;
import io.ottla.controller.formation.PrepareAnswer;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.raft.RaftIdentity;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps trying until this controller belongs to a cluster. What touches the disk runs on a platform thread of its own, since HTTP threads are virtual
 * and may be interrupted (Q50). The first failure of that thread or of {@link #run} is the last thing that either does (Q42).
 */
public final class FormationRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FormationRunner.class);
  private static final long RETRY_MS = 100;
  private static final long LEFT_OUT_RETRY_MS = 1_000;

  private final Formation formation;
  private final FormationPeers peers;
  private final FatalHandler fatal;
  private final ExecutorService disk = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().name("formation-disk").daemon().factory());
  private final Object pause = new Object();
  private final AtomicBoolean failed = new AtomicBoolean();
  private volatile boolean stopped;

  /**
   * Makes a runner; {@link #run} does the work.
   *
   * @param fatal told, at most once and before anyone is answered, that a call of another controller could not be made durable
   */
  public FormationRunner(Formation formation, FormationPeers peers, FatalHandler fatal) {
    this.formation = formation;
    this.peers = peers;
    this.fatal = fatal;
  }

  /**
   * Blocks until this controller belongs to a cluster; empty when it was closed before, or the fatal handler has been told of a failure.
   * Tells every change of what it waits for.
   *
   * @throws RuntimeException when something fails here first, which the fatal handler is not told; the node has to end (Q42)
   */
  public Optional<RaftIdentity> run(Consumer<NodeState> progress) {
    try {
      return untilFormed(progress);
    } catch (Throwable e) { // the disk's thread may have failed first: the failure is told once
      if (failed.compareAndSet(false, true)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private Optional<RaftIdentity> untilFormed(Consumer<NodeState> progress) {
    String told = "";
    while (!stopped) {
      FormationStatus status = formation.round(peers);
      switch (status) {
        case FormationStatus.Formed(RaftIdentity identity) -> {
          return Optional.of(identity);
        }
        case FormationStatus.Waiting(String reason) -> {
          if (!reason.equals(told)) {
            LOG.info("event=formation_waiting reason=\"{}\"", reason);
            progress.accept(new NodeState(NodeState.Stage.FORMING, reason));
          }
          told = reason;
          sleep(RETRY_MS);
        }
        case FormationStatus.LeftOut(String reason) -> {
          if (!reason.equals(told)) {
            LOG.error("event=formation_left_out remedy=\"{}\"", reason);
            progress.accept(new NodeState(NodeState.Stage.LEFT_OUT, reason));
          }
          told = reason;
          sleep(LEFT_OUT_RETRY_MS);
        }
      }
    }
    return Optional.empty();
  }

  private void sleep(long millis) {
    long deadline = System.nanoTime() + millis * 1_000_000;
    synchronized (pause) {
      long left = millis;
      while (!stopped && left > 0) {
        try {
          pause.wait(left);
        } catch (InterruptedException e) {
          stopped = true;
        }
        left = (deadline - System.nanoTime()) / 1_000_000;
      }
    }
  }

  /** What this controller tells others. */
  public PeerIdentity identity() {
    return formation.identity();
  }

  /**
   * A proposal arrives; blocks until the answer is durable. Empty when closed.
   *
   * @throws IllegalStateException when it cannot be made durable, or something failed earlier: nothing is agreed to any more (Q42)
   */
  public Optional<PrepareAnswer> onPrepare(Proposal proposal) throws InterruptedException {
    return onDisk(() -> formation.onPrepare(proposal));
  }

  /**
   * A decision arrives; blocks until it is durable. Empty when closed.
   *
   * @throws IllegalStateException when it cannot be made durable, or something failed earlier (Q42)
   */
  public Optional<Boolean> onCommit(Proposal proposal) throws InterruptedException {
    return onDisk(() -> formation.onCommit(proposal));
  }

  private <T> Optional<T> onDisk(Callable<T> action) throws InterruptedException {
    try {
      return Optional.of(disk.submit(() -> orEnd(action)).get());
    } catch (RejectedExecutionException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("formation cannot write its directory", e.getCause());
    }
  }

  /** On the disk's own thread, so that it ends the node even when the caller no longer waits for an answer. */
  private <T> T orEnd(Callable<T> action) throws Exception {
    try {
      return action.call();
    } catch (Throwable e) { // whatever it is, this directory can no longer be trusted
      stop();
      if (failed.compareAndSet(false, true)) {
        fatal.fatal(Thread.currentThread().getName(), e);
      }
      throw e;
    }
  }

  private void stop() {
    stopped = true;
    synchronized (pause) {
      pause.notifyAll();
    }
  }

  @Override
  public void close() {
    stop();
    disk.shutdown();
  }
}
