package io.ottla.broker.http.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.DeleteOutcome;
import io.ottla.broker.runtime.FetchReply;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.broker.runtime.ReplicaManager;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.DeleteRecordsRequest;
import io.ottla.common.wire.DeleteRecordsResponse;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.ForwardAppendRequest;
import io.ottla.common.wire.ForwardAppendResponse;
import io.ottla.common.wire.ForwardReadRequest;
import io.ottla.common.wire.ForwardReadResponse;

/** Routes of the internal server that concern this broker's replicas. Each call runs on a virtual thread and may block. */
public final class ReplicaEndpoints {
  private static final int MAX_JSON_BYTES = 16 * 1024 * 1024;

  private final ReplicaManager replicas;
  private final BrokerSession session;
  private final int maxBodyBytes;

  /**
   * @param maxBodyBytes largest forwarded append
   */
  public ReplicaEndpoints(ReplicaManager replicas, BrokerSession session, int maxBodyBytes) {
    this.replicas = replicas;
    this.session = session;
    this.maxBodyBytes = maxBodyBytes;
  }

  /** Adds the routes. Before, callers are told that this node is still starting. */
  public void addTo(InternalServer server) {
    server.route("POST", "/replica/v1/fetch", this::fetch).route("POST", "/replica/v1/append", this::append)
        .route("POST", "/replica/v1/read", this::read).route("GET", "/replica/v1/status", this::status)
        .route("POST", "/replica/v1/delete-records", this::deleteRecords);
  }

  private void fetch(HttpServletRequest request, HttpServletResponse response) throws IOException {
    FetchRequest fetch = InternalExchange.json(request, MAX_JSON_BYTES, FetchRequest.class);
    requireCluster(fetch.clusterId());
    try {
      FetchReply reply = replicas.fetch(fetch);
      InternalExchange.startFrame(response, BinaryFrame.head(reply.header()), reply.payloadBytes());
      reply.writePayload(response.getOutputStream());
    } catch (InterruptedException e) {
      throw stopping();
    }
  }

  private void append(HttpServletRequest request, HttpServletResponse response) throws IOException {
    BinaryFrame frame = frame(InternalExchange.body(request, maxBodyBytes));
    ForwardAppendRequest header = header(frame);
    requireCluster(header.clusterId());
    List<CompletableFuture<AppendOutcome>> outcomes = new ArrayList<>();
    int from = 0;
    for (ForwardAppendRequest.Item item : header.items()) {
      ByteBuffer batch = frame.payload().slice(from, item.length());
      from += item.length();
      outcomes.add(replicas.append(new TopicIdPartition(item.topicId(), item.partition()), batch, header.acks(),
          header.timeoutMs()));
    }
    List<ForwardAppendResponse.Item> items = new ArrayList<>();
    for (CompletableFuture<AppendOutcome> outcome : outcomes) {
      items.add(wire(await(outcome)));
    }
    InternalExchange.reply(response, new ForwardAppendResponse(items));
  }

  private static BinaryFrame frame(byte[] body) {
    try {
      return BinaryFrame.parse(body);
    } catch (IOException e) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "body is not a frame: " + e.getMessage());
    }
  }

  /** The header, checked against the payload before anything is appended. */
  private static ForwardAppendRequest header(BinaryFrame frame) {
    ForwardAppendRequest header;
    try {
      header = frame.header(ForwardAppendRequest.class);
    } catch (IOException e) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "frame has no append header: " + e.getMessage());
    }
    long total = 0;
    for (ForwardAppendRequest.Item item : header.items()) {
      if (item.length() <= 0 || item.partition() < 0) {
        throw new OttlaException(ErrorCode.INVALID_REQUEST, "append item " + item + " is malformed");
      }
      total += item.length();
    }
    boolean acksKnown = header.acks() >= -1 && header.acks() <= 1;
    if (total != frame.payload().remaining() || !acksKnown) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "append of " + total + " bytes with acks " + header.acks()
          + " in a payload of " + frame.payload().remaining());
    }
    return header;
  }

  private static ForwardAppendResponse.Item wire(AppendOutcome outcome) {
    return switch (outcome) {
      case AppendOutcome.Ok(long base, int epoch, long start) ->
        new ForwardAppendResponse.Item(null, null, base, epoch);
      case AppendOutcome.Failed(ErrorCode code, String message) ->
        new ForwardAppendResponse.Item(code, message, -1, -1);
    };
  }

  private void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ForwardReadRequest read = InternalExchange.json(request, MAX_JSON_BYTES, ForwardReadRequest.class);
    requireCluster(read.clusterId());
    if (read.partition() < 0) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "partition " + read.partition() + " is negative");
    }
    ReadOutcome outcome = await(replicas.read(new TopicIdPartition(read.topicId(), read.partition()), read.offset(),
        read.maxBytes(), read.minBytes(), read.maxWaitMs()));
    switch (outcome) {
      case ReadOutcome.Failed(ErrorCode code, String message) -> throw new OttlaException(code, message);
      case ReadOutcome.Ok(long start, ByteBuffer batches, long hw, long logStart, int epoch) -> {
        InternalExchange.startFrame(response,
            BinaryFrame.head(new ForwardReadResponse(start, hw, logStart, epoch, batches.remaining())),
            batches.remaining());
        response.getOutputStream().write(batches.array(), batches.arrayOffset() + batches.position(),
            batches.remaining());
      }
    }
  }

  private void deleteRecords(HttpServletRequest request, HttpServletResponse response) throws IOException {
    DeleteRecordsRequest delete = InternalExchange.json(request, MAX_JSON_BYTES, DeleteRecordsRequest.class);
    requireCluster(delete.clusterId());
    if (delete.partition() < 0 || delete.offset() < ForwardReadRequest.LATEST) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "cannot delete up to " + delete.offset() + " in partition "
          + delete.partition());
    }
    switch (replicas.deleteRecords(new TopicIdPartition(delete.topicId(), delete.partition()), delete.offset())) {
      case DeleteOutcome.Ok(long start) -> InternalExchange.reply(response, new DeleteRecordsResponse(start));
      case DeleteOutcome.Failed(ErrorCode code, String message) -> throw new OttlaException(code, message);
    }
  }

  private void status(HttpServletRequest request, HttpServletResponse response) throws IOException {
    InternalExchange.reply(response, replicas.status(Boolean.parseBoolean(request.getParameter("digest"))));
  }

  private void requireCluster(String clusterId) {
    if (!session.clusterId().equals(clusterId)) {
      throw new OttlaException(ErrorCode.INVALID_CLUSTER_ID,
          "this broker belongs to cluster " + session.clusterId() + ", not " + clusterId);
    }
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw stopping();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("outcomes are values, not exceptions", e);
    }
  }

  private static OttlaException stopping() {
    Thread.currentThread().interrupt();
    return new OttlaException(ErrorCode.INDETERMINATE, "this broker is stopping");
  }
}
