package io.ottla.controller.http.inbound;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.controller.formation.PeerIdentity;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.http.FormationWire;
import io.ottla.controller.http.RaftJson;
import io.ottla.controller.http.RaftPaths;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.FormationRunner;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What controllers ask each other: votes, appends, formation. */
final class RaftEndpoints {
  private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;
  private static final int MAX_FORMATION_BYTES = 1024 * 1024;
  private static final long PATIENCE_MS = 5_000;

  private final ControllerHost host;

  RaftEndpoints(ControllerHost host) {
    this.host = host;
  }

  private interface Reader {
    RaftMessage.Request read(byte[] body) throws IOException;
  }

  void addTo(InternalServer server) {
    server.route("POST", RaftPaths.PRE_VOTE, (in, out) -> raft(in, out, RaftJson::readPreVote));
    server.route("POST", RaftPaths.VOTE, (in, out) -> raft(in, out, RaftJson::readVote));
    server.route("POST", RaftPaths.APPEND, (in, out) -> raft(in, out, RaftJson::readAppend));
    server.route("POST", RaftPaths.INSTALL_SNAPSHOT, (in, out) -> raft(in, out, RaftJson::readSnapshot));
    server.route("POST", RaftPaths.TIMEOUT_NOW, (in, out) -> raft(in, out, RaftJson::readTimeoutNow));
    server.route("POST", RaftPaths.OBSERVE, (in, out) -> raft(in, out, RaftJson::readObserve));
    server.route("GET", RaftPaths.IDENTITY, (_, out) -> InternalExchange.reply(out, identity()));
    server.route("POST", RaftPaths.PREPARE, this::prepare);
    server.route("POST", RaftPaths.COMMIT, this::commit);
  }

  private void raft(HttpServletRequest in, HttpServletResponse out, Reader reader) throws IOException {
    byte[] body = InternalExchange.body(in, MAX_BODY_BYTES);
    RaftMessage.Request request;
    try {
      request = reader.read(body);
    } catch (IOException e) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
    Controller controller = host.controller();
    Optional<RaftMessage.Reply> reply = controller == null ? Optional.empty() : await(controller, request);
    if (reply.isEmpty()) {
      throw new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "no answer to this message");
    }
    byte[] bytes = RaftJson.write(reply.get());
    out.setStatus(200);
    out.setContentType("application/json");
    out.setContentLength(bytes.length);
    out.getOutputStream().write(bytes);
  }

  private static Optional<RaftMessage.Reply> await(Controller controller, RaftMessage.Request request)
      throws IOException {
    try {
      return controller.receive(request).get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopping");
    } catch (ExecutionException e) {
      throw new IllegalStateException("the Raft thread failed on a message", e.getCause());
    }
  }

  /** What this controller is; of a cluster that runs, with the voters of now and not those it was formed with. */
  private FormationWire.Identity identity() {
    PeerIdentity identity = formation().identity();
    Controller controller = host.controller();
    ControllerStatus status = controller == null ? null : controller.status();
    return FormationWire.Identity.of(status == null || identity.clusterId() == null
        ? identity
        : identity.withVoters(status.quorum().voters()));
  }

  private FormationRunner formation() {
    FormationRunner formation = host.formation();
    if (formation == null) {
      throw new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "this controller is " + host.state().stage());
    }
    return formation;
  }

  private void prepare(HttpServletRequest in, HttpServletResponse out) throws IOException {
    Proposal proposal = proposal(in);
    InternalExchange.reply(out, onDisk(() -> formation().onPrepare(proposal)));
  }

  private void commit(HttpServletRequest in, HttpServletResponse out) throws IOException {
    Proposal proposal = proposal(in);
    InternalExchange.reply(out, new FormationWire.Committed(onDisk(() -> formation().onCommit(proposal))));
  }

  private interface DiskCall<T> {
    Optional<T> call() throws InterruptedException;
  }

  private static <T> T onDisk(DiskCall<T> call) throws IOException {
    try {
      return call.call()
          .orElseThrow(() -> new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "this controller is stopping"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopping");
    }
  }

  private static Proposal proposal(HttpServletRequest in) throws IOException {
    FormationWire.Quorum quorum = InternalExchange.json(in, MAX_FORMATION_BYTES, FormationWire.Quorum.class);
    try {
      return quorum.toProposal();
    } catch (IOException e) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
  }
}
