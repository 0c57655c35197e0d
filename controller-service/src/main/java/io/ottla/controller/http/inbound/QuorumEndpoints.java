package io.ottla.controller.http.inbound;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.wire.ReadIndexResponse;
import io.ottla.common.wire.SnapshotResponse;
import io.ottla.common.wire.TopicsResponse;
import io.ottla.common.wire.TransferRequest;
import io.ottla.common.wire.TransferResponse;
import io.ottla.common.wire.VoterChangeRequest;
import io.ottla.common.wire.VoterChangeResponse;
import io.ottla.controller.http.RaftPaths;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What operators and brokers ask about the quorum itself: members, leadership, snapshots, and reads with their consistency stated. */
final class QuorumEndpoints {
  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final long TRANSFER_PATIENCE_MS = 3_000;
  private static final long LOOK_MS = 10;
  private static final int COPY_BYTES = 1 << 16;

  private final ControllerHost host;

  QuorumEndpoints(ControllerHost host) {
    this.host = host;
  }

  void addTo(InternalServer server) {
    ControllerRoutes routes = new ControllerRoutes(host, server);
    routes.add("POST", RaftPaths.ADD_VOTER, this::addVoter);
    routes.add("POST", RaftPaths.REMOVE_VOTER, this::removeVoter);
    routes.add("POST", RaftPaths.TRANSFER, this::transfer);
    routes.add("POST", RaftPaths.SNAPSHOT, (_, controller) -> snapshot(controller));
    routes.add("GET", RaftPaths.READ_INDEX, (_, controller) -> readIndex(controller));
    routes.add("GET", "/cluster/v1/topics", this::topics);
    server.route("GET", RaftPaths.STATE, (_, out) -> state(out));
  }

  private Object addVoter(HttpServletRequest in, Controller controller) throws IOException {
    VoterChangeRequest request = InternalExchange.json(in, MAX_BODY_BYTES, VoterChangeRequest.class);
    Voter voter = observer(controller, request);
    return changed(controller, new VoterChange.Add(voter));
  }

  /** The observer to be added. Observers show themselves a few times a second, so a leader that is new may not know it yet. */
  private static Voter observer(Controller controller, VoterChangeRequest request) throws IOException {
    long patienceMs = VoterChoice.patienceMs(controller.timings());
    for (long waited = 0;; waited += LOOK_MS) {
      Optional<Voter> found = VoterChoice.toAdd(active(controller), request, waited >= patienceMs);
      if (found.isPresent()) {
        return found.get();
      }
      pause();
    }
  }

  private Object removeVoter(HttpServletRequest in, Controller controller) throws IOException {
    VoterChangeRequest request = InternalExchange.json(in, MAX_BODY_BYTES, VoterChangeRequest.class);
    Voter voter = VoterChoice.toRemove(active(controller), request);
    return changed(controller, new VoterChange.Remove(voter.key()));
  }

  private static VoterChangeResponse changed(Controller controller, VoterChange change) throws IOException {
    long index = ControllerRoutes.await(controller.changeVoters(change));
    ControllerStatus status = controller.status();
    return new VoterChangeResponse(index,
        status == null ? List.of() : StatusEndpoint.voters(status.quorum().voters().voters()));
  }

  /** Done only when the voter that was asked for leads: the core hands over to one at a time, and another may have been on its way (Q39). */
  private Object transfer(HttpServletRequest in, Controller controller) throws IOException {
    TransferRequest request = InternalExchange.json(in, MAX_BODY_BYTES, TransferRequest.class);
    QuorumReport before = active(controller);
    Integer wanted = request.nodeId();
    controller.transferLeadership(wanted == null ? null : VoterChoice.toLead(before, wanted));
    long patienceMs = Math.max(TRANSFER_PATIENCE_MS, 2L * controller.timings().electionMinMs());
    for (long waited = 0;; waited += LOOK_MS) {
      QuorumReport now = report(controller);
      ReplicaKey leader = now == null ? null : now.leader();
      if (now != null && leader != null && !leader.equals(before.self())) {
        return moved(leader, now.term(), wanted);
      }
      if (waited >= patienceMs) {
        throw notMoved(leader);
      }
      pause();
    }
  }

  private static TransferResponse moved(ReplicaKey leader, long term, @Nullable Integer wanted) {
    if (wanted != null && leader.nodeId() != wanted) {
      throw new OttlaException(ErrorCode.BUSY, "controller " + leader.nodeId() + " leads now, in term " + term
          + ", and not controller " + wanted + "; try again");
    }
    return new TransferResponse(leader.nodeId(), term);
  }

  private static OttlaException notMoved(@Nullable ReplicaKey leader) {
    return leader == null
        ? new OttlaException(ErrorCode.INDETERMINATE,
            "this controller has given up leadership, and does not know yet who has it")
        : new OttlaException(ErrorCode.BUSY, "leadership has not moved, and this controller goes on: the voter chosen"
            + " did not win, or another hand-over was under way; try again");
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(LOOK_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopping");
    }
  }

  private static Object snapshot(Controller controller) throws IOException {
    Controller.WrittenSnapshot written = ControllerRoutes.await(controller.snapshot());
    Snapshot snapshot = written.snapshot();
    return new SnapshotResponse(snapshot.id().lastIndex(), snapshot.id().lastTerm(), snapshot.sizeInBytes(),
        written.millis());
  }

  private static Object readIndex(Controller controller) throws IOException {
    MetadataImage image = ControllerRoutes.await(controller.read());
    return new ReadIndexResponse(image.term(), image.index());
  }

  /** Q30, Q31: proven to be current unless the caller says that it may be old. */
  private Object topics(HttpServletRequest in, Controller controller) throws IOException {
    String consistency = in.getParameter("consistency");
    boolean stale = "stale".equals(consistency);
    if (!stale && consistency != null && !consistency.equals("linearizable")) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST,
          "consistency=" + consistency + " must be linearizable or stale");
    }
    MetadataImage image = stale ? committed(controller) : ControllerRoutes.await(controller.read());
    return new TopicsResponse(controller.identity().clusterId(), image.term(), image.index(), !stale,
        image.topics().stream()
            .map(topic -> new TopicsResponse.Topic(topic.name(), topic.id(), topic.partitions().size())).toList());
  }

  private static MetadataImage committed(Controller controller) {
    ControllerStatus status = controller.status();
    return status == null ? MetadataImage.EMPTY : status.image();
  }

  /** The state lines of the newest snapshot, for brokers whose next entry is no longer in the log (M35). */
  private void state(HttpServletResponse out) throws IOException {
    Controller controller = host.controller();
    Snapshot snapshot = controller == null ? null : controller.snapshots().newest().orElse(null);
    if (controller == null || snapshot == null) {
      throw new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "this controller has no snapshot");
    }
    try (InputStream in = controller.snapshots().openState(snapshot.id())) {
      out.setStatus(200);
      out.setContentType("application/x-ndjson");
      out.setHeader("Ottla-Snapshot-Index", Long.toString(snapshot.id().lastIndex()));
      out.setHeader("Ottla-Snapshot-Term", Long.toString(snapshot.id().lastTerm()));
      out.setHeader("Ottla-Cluster-Id", controller.identity().clusterId());
      byte[] buffer = new byte[COPY_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        out.getOutputStream().write(buffer, 0, count);
      }
    }
  }

  private static @Nullable QuorumReport report(Controller controller) {
    ControllerStatus status = controller.status();
    return status == null ? null : status.quorum();
  }

  private static QuorumReport active(Controller controller) {
    QuorumReport report = report(controller);
    if (report == null || !report.active()) {
      throw new OttlaException(ErrorCode.NOT_CONTROLLER, "this controller is not the active one");
    }
    return report;
  }
}
