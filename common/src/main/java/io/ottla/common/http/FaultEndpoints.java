package io.ottla.common.http;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.fault.CallFaults;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.fault.StorageFaults;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /faults/v1/...} on the internal server, for tests: what a node does wrong is read and set there. The routes exist only on a node that
 * was started with {@code faults.enabled}; elsewhere they are as unknown as any other path.
 */
public final class FaultEndpoints {
  /** GET: what is in force. */
  public static final String STATUS = "/faults/v1/status";
  /** POST of {@link StorageFaults}: what the disk does from now on. */
  public static final String STORAGE = "/faults/v1/storage";
  /** POST of {@link Calls}: what happens to calls of peers from now on; rules that are not in it end. */
  public static final String CALLS = "/faults/v1/calls";
  private static final int MAX_BYTES = 64 * 1024;

  private FaultEndpoints() {
  }

  /** What is in force. */
  public record Status(StorageFaults storage, List<CallFaults> calls) {}

  /** All rules for calls. */
  public record Calls(List<CallFaults> rules) {}

  /** Makes a node's faults, with their routes if the settings allow them. */
  public static NodeFaults install(boolean enabled, InternalServer server) {
    NodeFaults faults = NodeFaults.of(enabled);
    if (faults.isEnabled()) {
      server.route("GET", STATUS, (in, out) -> InternalExchange.reply(out, status(faults)))
          .route("POST", STORAGE, (in, out) -> {
            faults.storage(body(in, StorageFaults.class));
            InternalExchange.reply(out, status(faults));
          }).route("POST", CALLS, (in, out) -> {
            faults.calls(rules(body(in, Calls.class).rules()));
            InternalExchange.reply(out, status(faults));
          });
    }
    return faults;
  }

  private static Status status(NodeFaults faults) {
    return new Status(faults.storage(), faults.calls());
  }

  /** What a record refuses is wrapped by the JSON reader, and refused here as malformed. */
  private static <T> T body(HttpServletRequest request, Class<T> type) throws IOException {
    return InternalExchange.json(request, MAX_BYTES, type);
  }

  private static List<CallFaults> rules(@Nullable List<CallFaults> given) {
    if (given == null) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "rules are missing; send {\"rules\": []} to end all");
    }
    return given;
  }
}
