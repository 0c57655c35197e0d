package io.ottla.controller.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Work for the Raft thread. Messages and storage reports go before commands, so that client load cannot starve elections; commands are
 * bounded, so that load is refused before anything is done for it (Q49).
 */
final class Mailbox {
  private final int maxCommands;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Deque<Work> inputs = new ArrayDeque<>();
  private final Deque<Command> commands = new ArrayDeque<>();
  private boolean closed;

  Mailbox(int maxCommands) {
    this.maxCommands = maxCommands;
  }

  /** A piece of work for the Raft thread. */
  interface Work {
    void run(RaftAccess raft);
  }

  /**
   * Work that somebody waits for.
   *
   * @param work done by the Raft thread, or
   * @param refused told on some thread that this will never be
   */
  record Command(Work work, Runnable refused) {}

  void post(Work input) {
    lock.lock();
    try {
      inputs.addLast(input);
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** False when too many commands wait already, or the Raft thread has ended; then nothing is taken. */
  boolean offer(Command command) {
    lock.lock();
    try {
      if (closed || commands.size() >= maxCommands) {
        return false;
      }
      commands.addLast(command);
      filled.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** To be called when the Raft thread has ended: commands that wait are refused, and no more are taken. */
  void close() {
    List<Command> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(commands);
      commands.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(command -> command.refused().run());
  }

  /** Whether nothing waits. */
  boolean isEmpty() {
    lock.lock();
    try {
      return inputs.isEmpty() && commands.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** The next piece of work, waiting for one up to the given time; null when there is none. */
  @Nullable
  Work poll(long waitMs) {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(waitMs);
      while (inputs.isEmpty() && commands.isEmpty() && nanos > 0) {
        nanos = filled.awaitNanos(nanos);
      }
      Work next = inputs.pollFirst();
      if (next == null) {
        Command command = commands.pollFirst();
        next = command == null ? null : command.work();
      }
      return next;
    } catch (InterruptedException e) {
      // Nobody interrupts this thread (Q50); should it happen all the same, it costs one early tick.
      return null;
    } finally {
      lock.unlock();
    }
  }
}
