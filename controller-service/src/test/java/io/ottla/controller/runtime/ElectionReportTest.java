package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.metrics.QuorumMetrics;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An unclean election is counted, once, by the controller that is active (M21 d, e). */
class ElectionReportTest {
  private final ClusterControl control = new ClusterControl(ControlSettings.of("c", new TreeMap<>(), 3_000),
      new SecureRandomSource());
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ElectionReport report = new ElectionReport(control, new QuorumMetrics(registry));

  private static PartitionChange elected(@Nullable LeaderRecoveryState recovery) {
    return new PartitionChange(new UUID(1, 1), 0, null, List.of(2), null, null, null, null, 2, recovery, null);
  }

  private double counted() {
    return registry.get("ottla.controller.unclean.elections").counter().count();
  }

  @Test
  void onlyUncleanElectionsAreCounted() {
    control.activate(0);
    List<MetadataRecord> entry = List.of(elected(null), elected(LeaderRecoveryState.RECOVERED),
        elected(LeaderRecoveryState.RECOVERING), elected(LeaderRecoveryState.RECOVERING));
    report.committed(7, entry);
    assertThat(counted()).isEqualTo(2);
  }

  @Test
  void aControllerThatIsNotActiveCountsNothing() {
    report.committed(7, List.of(elected(LeaderRecoveryState.RECOVERING)));
    assertThat(counted()).isZero();
  }
}
