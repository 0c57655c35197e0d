package io.ottla.controller.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one step wants done. The driver's whole contract:
 * <ol>
 * <li>One thread (the Raft thread) calls {@link RaftCore#step} and carries out {@link DurabilityOrder#effects} of the output, in order and
 * completely, before the next step. {@code PersistHardState} blocks that thread until the state is durable; {@code Store} only enqueues;
 * {@code Send} never blocks.</li>
 * <li>One other thread (the storage thread) drains the queue of storage tasks and carries out {@link DurabilityOrder#storageSteps} of all it
 * found, which is group commit (Q47); the last step hands {@link RaftInput.Persisted} back to the Raft thread.</li>
 * <li>No message ever waits for the log in the driver: the core itself holds an append's reply, and its own vote for a commit, until it has
 * been told that the write is durable. Heartbeats therefore go on during a slow force.</li>
 * <li>A reply leaves through the exchange its request came in by, found by {@code (envelope.to, envelope.requestId)}. The core may never
 * answer a request (its term ended meanwhile): exchanges need a deadline of their own.</li>
 * <li>An exception from the core or from storage is final: stop the node, repeat nothing, acknowledge nothing (Q42).</li>
 * </ol>
 *
 * @param hardState term and vote to make durable before any message of this or a later output leaves, or null if unchanged
 * @param logWrite change of the log, or null for none
 * @param snapshotWrites what to do with snapshots, in order, after the log write
 * @param messages messages to send
 * @param notices news for the runtime, in order
 */
public record RaftOutput(@Nullable HardState hardState, @Nullable LogWrite logWrite, List<SnapshotWrite> snapshotWrites,
    List<RaftMessage> messages, List<RaftNotice> notices) {
  /** Copies the lists: an output never changes. */
  public RaftOutput {
    snapshotWrites = List.copyOf(snapshotWrites);
    messages = List.copyOf(messages);
    notices = List.copyOf(notices);
  }
}
