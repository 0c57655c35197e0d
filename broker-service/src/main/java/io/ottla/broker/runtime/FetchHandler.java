package io.ottla.broker.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.wire.FetchRequest;

/** Serves followers: notes their progress, and answers at once or when there is something to say (P17). Any thread that may block. */
final class FetchHandler {
  private final HostedPartitions partitions;

  FetchHandler(HostedPartitions partitions) {
    this.partitions = partitions;
  }

  FetchReply handle(FetchRequest request) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + request.maxWaitMs() * 1_000_000L;
    ParkedFetch parked = new ParkedFetch();
    Map<FetchRequest.Partition, FetchPart> answered = new LinkedHashMap<>();
    List<HostedPartition> parkedAt = new ArrayList<>();
    try {
      for (FetchRequest.Partition asked : request.partitions()) {
        FetchPart part = begin(request, asked, parked, parkedAt);
        if (part != null) {
          answered.put(asked, part);
        }
      }
      if (answered.isEmpty()) {
        parked.await(deadlineNanos);
      }
    } finally {
      parkedAt.forEach(hosted -> hosted.unpark(parked));
    }
    return reply(request, answered);
  }

  private @Nullable FetchPart begin(FetchRequest request, FetchRequest.Partition asked, ParkedFetch parked,
      List<HostedPartition> parkedAt) {
    HostedPartition hosted = hosted(asked);
    if (hosted == null) {
      return unknown(asked);
    }
    FetchPart part = hosted.fetch(request, asked, parked);
    if (part == null) {
      parkedAt.add(hosted);
    }
    return part;
  }

  private FetchReply reply(FetchRequest request, Map<FetchRequest.Partition, FetchPart> answered) {
    List<FetchPart> parts = new ArrayList<>(request.partitions().size());
    int room = request.maxBytes();
    for (FetchRequest.Partition asked : request.partitions()) {
      HostedPartition hosted = hosted(asked);
      FetchPart part = answered.get(asked);
      if (hosted == null) {
        parts.add(unknown(asked));
        continue;
      }
      part = part == null ? hosted.collect(asked) : part;
      if (room > 0) {
        part = hosted.withRecords(part, asked.fetchOffset(), Math.min(room, asked.maxBytes()));
        room -= part.sizeInBytes();
      }
      parts.add(part);
    }
    return new FetchReply(parts);
  }

  private @Nullable HostedPartition hosted(FetchRequest.Partition asked) {
    return asked.partition() < 0 ? null : partitions.get(new TopicIdPartition(asked.topicId(), asked.partition()));
  }

  private static FetchPart unknown(FetchRequest.Partition asked) {
    return new FetchPart(asked.topicId(), asked.partition(), ErrorCode.UNKNOWN_LEADER_EPOCH, asked.currentLeaderEpoch(),
        -1, -1, null, null);
  }
}
