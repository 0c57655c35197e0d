package io.ottla.sim.cluster;

import io.ottla.broker.log.MemoryDisk;
import io.ottla.broker.replica.ReplicaBug;
import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlBug;
import io.ottla.controller.control.ControlSettings;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Every planted bug as a production that has it. */
final class PlantedClusterBugs {
  private PlantedClusterBugs() {
  }

  static Stream<Named<Production>> all() {
    String wanted = System.getProperty("ottla.sim.bug", "");
    return Stream.of(replicas(), controls(), drivers()).flatMap(bugs -> bugs)
        .filter(bug -> bug.getName().contains(wanted));
  }

  private static Stream<Named<Production>> replicas() {
    return Arrays.stream(ReplicaBug.values()).map(bug -> Named.of(bug.name(), new Production() {
      @Override
      BrokerTurns.Replicas replicas(SimCluster cluster, int brokerId) {
        return (id, log, highWatermark, settings, alarms) -> bug.make(id, log, highWatermark, settings,
            (kind, detail) -> cluster.checker().alarm(brokerId, kind, detail));
      }

      @Override
      boolean followersForce() {
        return bug != ReplicaBug.FOLLOWER_CLAIMS_UNFORCED;
      }
    }));
  }

  private static Stream<Named<Production>> controls() {
    return Arrays.stream(ControlBug.values()).map(bug -> Named.of(bug.name(), new Production() {
      @Override
      ClusterControl control(ControlSettings settings, RandomSource random) {
        return bug.control(settings, random);
      }
    }));
  }

  private static Stream<Named<Production>> drivers() {
    return Stream.of(Named.of("RETENTION_PASSES_HIGH_WATERMARK", new Production() {
      @Override
      void retain(BrokerTurns replicas, long wallMs) {
        replicas.hosted().stream().filter(one -> one.replica().leader() != null)
            .forEach(one -> one.log().raiseLogStart(one.log().logEndOffset(), one.log().logEndOffset()));
      }
    }), Named.of("LEADER_EPOCHS_ARE_NOT_FORCED", new Production() {
      @Override
      MemoryDisk disk(UUID id) {
        MemoryDisk disk = new MemoryDisk(id);
        disk.doesNotForce("leader-epoch-checkpoint");
        return disk;
      }
    }), Named.of("READS_REACH_THE_LOG_END", new Production() {
      @Override
      long readableEnd(BrokerTurns.Hosted hosted) {
        return hosted.log().logEndOffset();
      }
    }));
  }
}
