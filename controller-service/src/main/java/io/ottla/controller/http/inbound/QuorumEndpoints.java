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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What operators and brokers ask about the quorum itself: members, leadership, snapshots, and reads with their consistency stated. */
final class QuorumEndpoints {
  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final long TRANSFER_PATIENCE_MS = 3_000;
  private static final long OBSERVER_PATIENCE_MS = 2_000;
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
    for (long waited = 0;; waited += LOOK_MS) {
      QuorumReport report = active(controller);
      List<Voter> found = report.observers().stream().filter(names(request)).toList();
      List<Voter> voting = report.voters().voters().stream().filter(names(request)).toList();
      if (found.isEmpty() && !voting.isEmpty() && (request.directoryId() != null || waited >= OBSERVER_PATIENCE_MS)) {
        throw new OttlaException(ErrorCode.INVALID_REQUEST, "controller " + request.nodeId()
            + " is a voter already, with directory " + voting.getFirst().key().directoryId()
            + "; no other directory of it has shown itself to this leader");
      }
      if (!found.isEmpty() || waited >= OBSERVER_PATIENCE_MS) {
        return one(found, request,
            "follows this leader as observer; start it with an empty directory and wait until `quorum status` lists it");
      }
      pause();
    }
  }

  private Object removeVoter(HttpServletRequest in, Controller controller) throws IOException {
    VoterChangeRequest request = InternalExchange.json(in, MAX_BODY_BYTES, VoterChangeRequest.class);
    List<Voter> known = active(controller).voters().voters();
    Voter voter = one(known.stream().filter(names(request)).toList(), request, "votes");
    return changed(controller, new VoterChange.Remove(voter.key()));
  }

  private static Predicate<Voter> names(VoterChangeRequest request) {
    return voter -> voter.key().nodeId() == request.nodeId()
        && (request.directoryId() == null || request.directoryId().equals(voter.key().directoryId()));
  }

  private static Voter one(List<Voter> found, VoterChangeRequest request, String what) {
    if (found.size() == 1) {
      return found.getFirst();
    }
    String disk = request.directoryId() == null ? "" : " with directory " + request.directoryId();
    throw new OttlaException(ErrorCode.INVALID_REQUEST, found.isEmpty()
        ? "no controller " + request.nodeId() + disk + " " + what
        : "controller " + request.nodeId() + " has several directories; name one: "
            + found.stream().map(voter -> voter.key().directoryId().toString()).toList());
  }

  private static VoterChangeResponse changed(Controller controller, VoterChange change) throws IOException {
    long index = ControllerRoutes.await(controller.changeVoters(change));
    ControllerStatus status = controller.status();
    return new VoterChangeResponse(index,
        status == null ? List.of() : StatusEndpoint.voters(status.quorum().voters().voters()));
  }

  private Object transfer(HttpServletRequest in, Controller controller) throws IOException {
    TransferRequest request = InternalExchange.json(in, MAX_BODY_BYTES, TransferRequest.class);
    QuorumReport before = active(controller);
    Integer wanted = request.nodeId();
    ReplicaKey target = wanted == null ? null : target(before, wanted);
    controller.transferLeadership(target);
    for (long waited = 0; waited < TRANSFER_PATIENCE_MS; waited += LOOK_MS) {
      ControllerStatus status = controller.status();
      ReplicaKey leader = status == null ? null : status.quorum().leader();
      if (status != null && leader != null && !leader.equals(before.self())) {
        return new TransferResponse(leader.nodeId(), status.quorum().term());
      }
      pause();
    }
    throw new OttlaException(ErrorCode.BUSY,
        "leadership has not moved; the voter chosen did not win, and this controller goes on; try again");
  }

  private static ReplicaKey target(QuorumReport report, int nodeId) {
    for (Voter voter : report.voters().voters()) {
      if (voter.key().nodeId() == nodeId && !voter.key().equals(report.self())) {
        return voter.key();
      }
    }
    throw new OttlaException(ErrorCode.INVALID_REQUEST, "controller " + nodeId + " is not another voter");
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

  private static QuorumReport active(Controller controller) {
    ControllerStatus status = controller.status();
    @Nullable
    QuorumReport report = status == null ? null : status.quorum();
    if (report == null || !report.active()) {
      throw new OttlaException(ErrorCode.NOT_CONTROLLER, "this controller is not the active one");
    }
    return report;
  }
}
