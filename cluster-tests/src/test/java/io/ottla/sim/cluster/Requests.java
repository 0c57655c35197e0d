package io.ottla.sim.cluster;

import io.ottla.broker.catalog.MetadataPage;
import io.ottla.broker.catalog.MetadataSnapshot;
import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.broker.runtime.LeaderFetchCalls;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.controller.http.inbound.CommandsOf;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.MetadataPublisher;
import io.ottla.sim.cluster.Calls.Service;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The endpoints of both services, as far as nodes ask each other: the same commands and the same order as behind HTTP. */
final class Requests {
  private static final int PAGE_BYTES = 4_000;

  private Requests() {
  }

  /**
   * Committed metadata from an index on.
   *
   * @param snapshot what a broker would ask for next when the page begins too late
   */
  record Metadata(MetadataPage page, @Nullable MetadataSnapshot snapshot) {}

  static OttlaException error(ErrorCode code) {
    return new OttlaException(code, "in the simulation");
  }

  static Service<Answer<RegisterBrokerResponse>> register(SimController at, RegisterBrokerRequest request) {
    return to -> answer(to, () -> at.controller().register(CommandsOf.register(request)),
        done -> new RegisterBrokerResponse(SimCluster.CLUSTER, done.brokerEpoch()));
  }

  static Service<Answer<HeartbeatResponse>> heartbeat(SimController at, HeartbeatRequest request) {
    return to -> answer(to, () -> at.controller().heartbeat(CommandsOf.heartbeat(request), at.clock().millis()),
        beat -> new HeartbeatResponse(beat.fenced(), beat.shouldShutdown(), beat.caughtUp(), 0,
            at.controller().metadata().endIndex()));
  }

  static Service<Answer<AlterPartitionsResponse>> alter(SimController at, AlterPartitionsRequest request) {
    return to -> answer(to, () -> at.controller().alterPartitions(CommandsOf.alter(request)), CommandsOf::altered);
  }

  static Service<Answer<Metadata>> metadata(SimController at, long fromIndex) {
    return to -> to.accept(Answer.of(read(at.controller(), fromIndex)));
  }

  static Service<Answer<LeaderFetchCalls.Reply>> fetch(SimBroker at, FetchRequest request) {
    return to -> {
      BrokerTurns replicas = at.turns();
      if (replicas == null) {
        to.accept(Answer.failed(error(ErrorCode.NOT_LEADER)));
        return;
      }
      try {
        to.accept(Answer.of(replicas.serve(request)));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static Metadata read(Controller controller, long fromIndex) {
    MetadataPublisher.Page page;
    try {
      page = controller.metadata().read(fromIndex, PAGE_BYTES, 0);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    ControllerStatus status = controller.status();
    MetadataPage answer = new MetadataPage(controller.identity().clusterId(),
        status == null ? 0 : status.quorum().term(), page.endIndex(), page.logStartIndex(), page.entries().stream()
            .map(entry -> new MetadataPage.Entry(entry.index(), entry.term(), entry.json())).toList());
    return new Metadata(answer, page.snapshotRequired() ? newest(controller) : null);
  }

  private static @Nullable MetadataSnapshot newest(Controller controller) {
    Optional<Snapshot> newest = controller.snapshots().newest();
    return newest.map(snapshot -> new MetadataSnapshot(controller.identity().clusterId(), snapshot.id().lastIndex(),
        snapshot.id().lastTerm(), controller.snapshots().openState(snapshot.id()))).orElse(null);
  }

  /** Something that is asked of a controller. */
  @FunctionalInterface
  interface Asked<C> {
    CompletableFuture<C> begin();
  }

  static <C, R> void answer(Consumer<Answer<R>> to, Asked<C> asked, Function<C, R> said) {
    CompletableFuture<C> future;
    try {
      future = asked.begin();
    } catch (OttlaException refusal) {
      to.accept(Answer.failed(refusal));
      return;
    }
    var _ = future.whenComplete((result, failure) -> to
        .accept(failure == null ? Answer.of(said.apply(result)) : Answer.failed(cause(failure))));
  }

  private static OttlaException cause(Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    return cause instanceof OttlaException known ? known : error(ErrorCode.INTERNAL);
  }
}
