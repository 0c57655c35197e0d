package io.ottla.controller.runtime;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Commands that arrive between two leaders. Nobody decides before the entry that opens the new term is committed (Q20), and nothing of these
 * commands is appended yet, so they may wait a moment for whoever will decide: sent around among controllers that all say no, they would find the
 * new leader later, and cost the election the processor meanwhile. Few, and not for long. Raft thread only.
 */
final class WaitingCommands {
  /** More than brokers send in such a moment; whoever comes then is told to look elsewhere. */
  private static final int MOST = 1_024;

  private final long patienceMs;
  private Queue<Command<?>> waiting = new ArrayDeque<>();

  /**
   * A command with the caller that waits for its answer.
   *
   * @param deadlineMs until when it may wait for a leader
   */
  record Command<R>(ControllerLoop.Call<R> call, CompletableFuture<R> answer, long deadlineMs) {
    void refuse() {
      answer.completeExceptionally(ControllerLoop.notController());
    }
  }

  /** @param patienceMs how long a command waits at most */
  WaitingCommands(long patienceMs) {
    this.patienceMs = patienceMs;
  }

  <R> Command<R> command(ControllerLoop.Call<R> call, CompletableFuture<R> answer, long nowMs) {
    return new Command<>(call, answer, nowMs + patienceMs);
  }

  /** Lets a command wait, or refuses it when it has waited long enough. */
  void add(Command<?> command, long nowMs) {
    if (nowMs >= command.deadlineMs() || waiting.size() >= MOST) {
      command.refuse();
    } else {
      waiting.add(command);
    }
  }

  /** All that wait, in the order in which they came; none of them waits here any more. */
  List<Command<?>> takeAll() {
    if (waiting.isEmpty()) {
      return List.of();
    }
    List<Command<?>> all = List.copyOf(waiting);
    waiting = new ArrayDeque<>();
    return all;
  }

  /** The node ends: who waits is sent elsewhere. */
  void abandon() {
    takeAll().forEach(Command::refuse);
  }
}
