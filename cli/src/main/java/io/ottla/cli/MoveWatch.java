package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.Maintenance;
import io.ottla.cli.client.Maintenance.Partition;
import io.ottla.cli.client.ServerUnreachable;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Looks at something that takes a while, again and again, and shows how far it is. One thread. */
final class MoveWatch {
  private static final long POLL_MS = 200;

  private final Console console;
  private final Maintenance maintenance;
  private final long patienceMs;
  private final Progress progress;

  /** @param patience how long no server may answer before that is a failure */
  MoveWatch(Console console, Maintenance maintenance, Duration patience) {
    this.console = console;
    this.maintenance = maintenance;
    this.patienceMs = patience.toMillis();
    this.progress = new Progress(console, nowMs());
  }

  /** Waits until none of the partitions is moving any more. */
  void await(List<Partition> partitions) throws InterruptedException {
    until(() -> {
      List<JsonNode> moving = new ArrayList<>();
      maintenance.reassignments(Optional.empty()).forEach(moving::add);
      moving.removeIf(one -> !partitions
          .contains(new Partition(one.path("topic_name").asText(), one.path("partition_id").asInt())));
      return moving;
    }, List::isEmpty, moving -> (partitions.size() - moving.size()) + " of " + partitions.size() + " moved; "
        + moving.getFirst().path("topic_name").asText() + ":" + moving.getFirst().path("partition_id").asInt() + ": "
        + moving.getFirst().path("status").asText());
  }

  /** Waits until a look finds what is waited for, and returns that. */
  <T> T until(Supplier<T> look, Function<T, Boolean> done, Function<T, String> line) throws InterruptedException {
    long answeredMs = nowMs();
    while (true) {
      try {
        T seen = look.get();
        answeredMs = nowMs();
        if (done.apply(seen)) {
          progress.clear();
          return seen;
        }
        progress.update(nowMs(), () -> line.apply(seen));
      } catch (ServerUnreachable away) {
        if (nowMs() - answeredMs > patienceMs) {
          progress.clear();
          throw away;
        }
        progress.update(nowMs(), () -> "waiting for an answer: " + away.getMessage());
      }
      console.flush();
      Thread.sleep(POLL_MS);
    }
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
