package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is still registered when the pipe closes dies; what was taken off lives. */
class OrphanGuardTest {
  @Test
  void theGuardKillsTheRegisteredAndSparesTheEnded() throws IOException, InterruptedException {
    Process orphan = sleeper();
    Process other = sleeper();
    Process ended = sleeper();
    try (OrphanGuard guard = new OrphanGuard()) {
      guard.started(orphan.pid());
      guard.started(ended.pid());
      guard.started(other.pid());
      guard.ended(ended.pid());
    }
    try {
      assertThat(orphan.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(ended.isAlive()).isTrue();
    } finally {
      orphan.destroyForcibly();
      other.destroyForcibly();
      ended.destroyForcibly();
    }
  }

  private static Process sleeper() throws IOException {
    return new ProcessBuilder("sleep", "60").start();
  }
}
