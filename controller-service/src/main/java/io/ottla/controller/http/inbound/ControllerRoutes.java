package io.ottla.controller.http.inbound;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.common.wire.LeaderHint;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Routes that need a running controller: refused while there is none, and with the active one's address by one that is not it. */
final class ControllerRoutes {
  private static final long DECISION_PATIENCE_MS = 10_000;

  private final ControllerHost host;
  private final InternalServer server;

  ControllerRoutes(ControllerHost host, InternalServer server) {
    this.host = host;
    this.server = server;
  }

  /** Answers one call; may block. */
  interface Handler {
    Object handle(HttpServletRequest request, Controller controller) throws IOException;
  }

  void add(String method, String path, Handler handler) {
    server.route(method, path, (in, out) -> answer(in, out, handler));
  }

  private void answer(HttpServletRequest in, HttpServletResponse out, Handler handler) throws IOException {
    Controller controller = host.controller();
    if (controller == null) {
      InternalExchange.refuse(out, ErrorCode.NOT_CONTROLLER,
          "this controller is " + host.state().stage() + " " + host.state().detail(), null);
      return;
    }
    Object value;
    try {
      value = handler.handle(in, controller);
    } catch (OttlaException refusal) {
      InternalExchange.refuse(out, refusal.code(), refusal.getMessage(),
          refusal.code() == ErrorCode.NOT_CONTROLLER ? leader(controller) : null);
      return;
    }
    InternalExchange.reply(out, value);
  }

  /** Where the active controller is, as far as this one knows. */
  static @Nullable LeaderHint leader(Controller controller) {
    ControllerStatus status = controller.status();
    return status == null ? null : status.leaderHint().orElse(null);
  }

  /** Waits for a decision; one that does not come in time is of unknown outcome. */
  static <T> T await(CompletableFuture<T> decision) throws IOException {
    try {
      return decision.get(DECISION_PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new OttlaException(ErrorCode.INDETERMINATE, "not committed in time; it may or may not take effect");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopping");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OttlaException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("a decision failed", e.getCause());
    }
  }
}
