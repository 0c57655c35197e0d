package io.ottla.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.http.RefusalJudge.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When refusals are enough to call a process gone, and how patiently they are asked for. */
class RefusalJudgeTest {
  private final RefusalJudge judge = new RefusalJudge(5, 600);

  @Test
  void aProcessThatWasConnectedIsGoneWithTheSecondRefusal() {
    judge.connected();
    assertThat(judge.lost(60_000)).isZero();
    assertThat(judge.refused(1_000)).isEqualTo(new Verdict.Ask(5));
    assertThat(judge.refused(1_005)).isEqualTo(new Verdict.Gone(1_000, 100));
  }

  @Test
  void twoRefusalsInTheSameMomentAreOne() {
    judge.connected();
    judge.refused(1_000);
    assertThat(judge.refused(1_000)).isEqualTo(new Verdict.Ask(5));
    assertThat(judge.refused(1_004)).isEqualTo(new Verdict.Ask(1));
  }

  @Test
  void whateverIsNotARefusalEndsTheSeries() {
    judge.connected();
    judge.refused(1_000);
    judge.unclear();
    assertThat(judge.refused(1_500)).isInstanceOf(Verdict.Ask.class);
    judge.connected();
    assertThat(judge.refused(2_000)).isInstanceOf(Verdict.Ask.class);
  }

  /** It was connected once, so its refusal means something, also when there was silence in between. */
  @Test
  void aProcessThatWasLostIntoSilenceIsGoneOnceItRefuses() {
    judge.connected();
    judge.unclear();
    judge.refused(9_000);
    assertThat(judge.refused(9_005)).isInstanceOf(Verdict.Gone.class);
  }

  @Test
  void aProcessThatWasNeverConnectedHasToRefuseForLong() {
    long now = 0;
    Verdict verdict = judge.refused(now);
    while (verdict instanceof Verdict.Ask) {
      now += verdict.pauseMs();
      assertThat(now).isLessThanOrEqualTo(600);
      verdict = judge.refused(now);
    }
    assertThat(verdict).isInstanceOf(Verdict.Gone.class);
    assertThat(now).isEqualTo(600);
  }

  @Test
  void reportsAndVainAttemptsBecomeRarer() {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      pauses.add(judge.unclear().pauseMs());
    }
    assertThat(pauses).containsExactly(100L, 200L, 400L, 800L, 1_600L, 2_000L, 2_000L);
    judge.connected();
    assertThat(judge.unclear().pauseMs()).isEqualTo(100);
  }

  /** Something that accepts and hangs up, over and over, must not keep this side busy. */
  @Test
  void aConnectionLostAgainAndAgainIsMadeAgainMoreSlowly() {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      judge.connected();
      pauses.add(judge.lost(3));
    }
    assertThat(pauses).startsWith(0L, 0L, 0L, 10L, 20L, 40L).endsWith(500L).isSorted();
    assertThat(judge.lost(2_000)).isZero();
    assertThat(judge.lost(3)).isZero();
  }
}
