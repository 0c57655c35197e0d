package io.ottla.broker.http.outbound;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.OffsetsOutcome;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerException;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.ForwardAppendRequest;
import io.ottla.common.wire.ForwardAppendResponse;
import io.ottla.common.wire.ForwardReadRequest;
import io.ottla.common.wire.ForwardReadResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/**
 * The partitions a peer leads, over HTTP. A call that certainly never reached the peer is reported as LEADER_NOT_AVAILABLE, so that it may be
 * tried again; one that may have is INDETERMINATE for appends. Any thread.
 */
final class PeerPartitionService implements PartitionService {
  private static final MediaType FRAME = MediaType.parseMediaType(BinaryFrame.MEDIA_TYPE);
  private static final long GRACE_MS = 500;

  private final PeerClient client;
  private final int fromBroker;
  private final Supplier<String> clusterId;

  PeerPartitionService(PeerClient client, int fromBroker, Supplier<String> clusterId) {
    this.client = client;
    this.fromBroker = fromBroker;
    this.clusterId = clusterId;
  }

  @Override
  public CompletableFuture<AppendOutcome> append(TopicIdPartition partition, ByteBuffer batch, int acks,
      long timeoutMs) {
    byte[] head = BinaryFrame.head(new ForwardAppendRequest(clusterId.get(), fromBroker, acks, bounded(timeoutMs),
        List.of(new ForwardAppendRequest.Item(partition.topicId(), partition.partition(), batch.remaining()))));
    byte[] body = new byte[head.length + batch.remaining()];
    System.arraycopy(head, 0, body, 0, head.length);
    batch.duplicate().get(body, head.length, batch.remaining());
    return client.post("/replica/v1/append", FRAME, body, Duration.ofMillis(timeoutMs + GRACE_MS))
        .handle(PeerPartitionService::appendOutcome);
  }

  private static AppendOutcome appendOutcome(@Nullable PeerResponse response, @Nullable Throwable failure) {
    if (response == null) {
      return mayHaveBeenSent(failure)
          ? new AppendOutcome.Failed(ErrorCode.INDETERMINATE,
              "The leader's answer was lost; the records may have been written.")
          : new AppendOutcome.Failed(ErrorCode.LEADER_NOT_AVAILABLE, "The leader cannot be reached.");
    }
    if (!response.ok()) {
      ErrorReply error = response.error();
      return new AppendOutcome.Failed(error.code(), error.message());
    }
    try {
      List<ForwardAppendResponse.Item> items = response.json(ForwardAppendResponse.class).items();
      if (items.size() != 1) {
        throw new IOException(items.size() + " answers for one batch");
      }
      ForwardAppendResponse.Item item = items.getFirst();
      String message = item.message();
      return item.error() == null
          ? new AppendOutcome.Ok(item.baseOffset(), item.leaderEpoch(), -1)
          : new AppendOutcome.Failed(item.error(), message == null ? item.error().name() : message);
    } catch (IOException e) {
      return new AppendOutcome.Failed(ErrorCode.INDETERMINATE,
          "The leader's answer cannot be read; the records may have been written.");
    }
  }

  @Override
  public CompletableFuture<ReadOutcome> read(TopicIdPartition partition, long offset, int maxBytes, int minBytes,
      long maxWaitMs) {
    ForwardReadRequest request = new ForwardReadRequest(clusterId.get(), partition.topicId(), partition.partition(),
        offset, maxBytes, minBytes, bounded(maxWaitMs));
    return client.postJson("/replica/v1/read", request, Duration.ofMillis(maxWaitMs + 2_000))
        .handle(PeerPartitionService::readOutcome);
  }

  private static ReadOutcome readOutcome(@Nullable PeerResponse response, @Nullable Throwable failure) {
    if (response == null) {
      return new ReadOutcome.Failed(ErrorCode.LEADER_NOT_AVAILABLE, "The leader cannot be reached.");
    }
    if (!response.ok()) {
      ErrorReply error = response.error();
      return new ReadOutcome.Failed(error.code(), error.message());
    }
    try {
      BinaryFrame frame = BinaryFrame.parse(response.body());
      ForwardReadResponse header = frame.header(ForwardReadResponse.class);
      if (header.recordsLength() != frame.payload().remaining()) {
        throw new IOException("a read of " + header.recordsLength() + " bytes brought " + frame.payload().remaining());
      }
      return new ReadOutcome.Ok(header.startOffset(), frame.payload(), header.highWatermark(), header.logStartOffset(),
          header.leaderEpoch());
    } catch (IOException e) {
      return new ReadOutcome.Failed(ErrorCode.LEADER_NOT_AVAILABLE, "The leader's answer cannot be read.");
    }
  }

  @Override
  public OffsetsOutcome offsets(TopicIdPartition partition) {
    return switch (read(partition, ForwardReadRequest.LATEST, 1, 0, 0).join()) {
      case ReadOutcome.Ok ok -> new OffsetsOutcome.Ok(ok.logStartOffset(), ok.highWatermark(), ok.leaderEpoch());
      case ReadOutcome.Failed error -> new OffsetsOutcome.Failed(error.code(), error.message());
    };
  }

  private static boolean mayHaveBeenSent(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PeerException peer) {
        return peer.mayHaveBeenSent();
      }
    }
    return true;
  }

  private static int bounded(long ms) {
    return (int) Math.min(ms, Integer.MAX_VALUE);
  }
}
