package io.ottla.controller.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.random.SecureRandomSource;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  /** It throws when nobody is elected, or when a message or a record does not survive its way. */
  @Test
  void anElectionAndTheFirstDecisionsCanBePlayedInMemory() {
    assertThat(Rehearsal.run(new SecureRandomSource(), 0)).isEqualTo(1);
  }
}
