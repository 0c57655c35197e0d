package io.ottla.controller.control;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import io.ottla.controller.control.HeartbeatCommand.Beat;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Bugs in how controllers decide about brokers and partitions, each planted alone into a control that is otherwise the production one. */
public enum ControlBug {
  /** A broker that comes back with an empty disk is taken for one that merely crashed (M11, KAFKA-14139). */
  WIPED_BROKER_COUNTS_AS_CRASHED {
    @Override
    RegisterBrokerCommand register(MetadataImage image, RegisterBrokerCommand command) {
      BrokerRegistration old = image.broker(command.brokerId()).orElse(null);
      return old == null
          ? command
          : new RegisterBrokerCommand(command.clusterId(), command.brokerId(), command.incarnationId(),
              old.directoryIds(), command.endpoints(), command.rack(), command.features(), old.brokerEpoch(),
              RestartClass.CRASH_DURABLE, command.durability());
    }
  },

  /** A broker is fenced, and stays in the ISRs it is in (M18). */
  FENCES_WITHOUT_ISR_REMOVAL {
    @Override
    List<MetadataRecord> records(MetadataImage image, List<MetadataRecord> records) {
      boolean fences = records.stream().anyMatch(one -> one instanceof BrokerChange change
          && Boolean.TRUE.equals(change.fenced()));
      return fences ? records.stream().filter(one -> !(one instanceof PartitionChange)).toList() : records;
    }
  },

  /** A new incarnation is registered, and stays in the ISRs in which the one before was (M11). */
  REGISTERS_WITHOUT_ISR_REMOVAL {
    @Override
    List<MetadataRecord> records(MetadataImage image, List<MetadataRecord> records) {
      boolean registers = records.stream().anyMatch(RegisterBroker.class::isInstance);
      return registers ? records.stream().filter(one -> !(one instanceof PartitionChange)).toList() : records;
    }
  },

  /** Whoever leaves an ISR is forgotten: nobody is eligible when it has become empty (M22). */
  ELR_IS_NOT_MAINTAINED {
    @Override
    List<MetadataRecord> records(MetadataImage image, List<MetadataRecord> records) {
      return records.stream().map(one -> one instanceof PartitionChange change && change.elr() != null
          ? new PartitionChange(change.topicId(), change.partition(), change.replicas(), change.isr(), List.of(),
              change.lastKnownLeader(), change.adding(), change.removing(), change.leader(),
              change.leaderRecoveryState(), change.directories())
          : one).toList();
    }
  },

  /** Whoever leaves an ISR stays eligible, also when the ISR is large enough to go on committing without it (M22). */
  ELR_OUTLIVES_A_SUFFICIENT_ISR {
    @Override
    List<MetadataRecord> records(MetadataImage image, List<MetadataRecord> records) {
      return records.stream().map(one -> one instanceof PartitionChange change ? keepingElr(image, change) : one)
          .toList();
    }

    private static MetadataRecord keepingElr(MetadataImage image, PartitionChange change) {
      PartitionState old = image.partition(change.topicId(), change.partition()).orElse(null);
      List<Integer> isr = change.isr();
      if (old == null || isr == null || isr.isEmpty()) {
        return change;
      }
      List<Integer> elr = new ArrayList<>(old.elr());
      old.isr().stream().filter(member -> !elr.contains(member)).forEach(elr::add);
      elr.removeAll(isr);
      return new PartitionChange(change.topicId(), change.partition(), change.replicas(), isr, elr,
          change.lastKnownLeader(), change.adding(), change.removing(), change.leader(), change.leaderRecoveryState(),
          change.directories());
    }
  },

  /** A partition without a leader gets one that is alive, in ISR or ELR or not (M21). */
  ELECTS_OUTSIDE_ISR_AND_ELR {
    @Override
    List<MetadataRecord> duty(MetadataImage image) {
      List<MetadataRecord> elections = new ArrayList<>();
      image.forEachPartition((topic, number, state) -> elect(image, topic, number, state).ifPresent(elections::add));
      return elections.isEmpty() ? elections : List.of(elections.getFirst());
    }

    private static Optional<MetadataRecord> elect(MetadataImage image, TopicImage topic, int number,
        PartitionState state) {
      Optional<Integer> anybody = state.replicas().stream().filter(image::isActive).findFirst();
      if (state.hasLeader() || anybody.isEmpty()) {
        return Optional.empty();
      }
      PartitionState led = new PartitionState(state.replicas(), List.of(anybody.get()), List.of(), -1, List.of(),
          List.of(), anybody.get(), LeaderRecoveryState.RECOVERED, state.leaderEpoch(), state.partitionEpoch(),
          state.directories());
      return Optional.of(PartitionChange.between(topic.id(), number, state, led));
    }
  },

  /** A proposal made from an old state of the partition is accepted (M26). */
  ACCEPTS_OLD_PARTITION_EPOCHS {
    @Override
    Proposal proposal(MetadataImage image, Proposal asked) {
      int current = image.partition(asked.id().topicId(), asked.id().partition()).map(PartitionState::partitionEpoch)
          .orElse(-1);
      return new Proposal(asked.id(), asked.leaderEpoch(), Math.max(current, asked.partitionEpoch()), asked.newIsr(),
          asked.leaderRecoveryState());
    }
  },

  /** Members are let into an ISR by their ids alone, whichever registration their fetches carried (M26, KIP-903). */
  MEMBERS_OF_EARLIER_REGISTRATIONS_ARE_ELIGIBLE {
    @Override
    Proposal proposal(MetadataImage image, Proposal asked) {
      List<Member> members = asked.newIsr().stream().map(member -> new Member(member.brokerId(),
          image.broker(member.brokerId()).map(BrokerRegistration::brokerEpoch).orElse(-1L))).toList();
      return new Proposal(asked.id(), asked.leaderEpoch(), asked.partitionEpoch(), members,
          asked.leaderRecoveryState());
    }
  },

  /** Requests of an earlier registration are accepted as if they were of the present one (M11). */
  ACCEPTS_STALE_BROKER_EPOCHS {
    @Override
    AlterPartitionCommand alter(MetadataImage image, AlterPartitionCommand command) {
      long current = image.broker(command.brokerId()).map(BrokerRegistration::brokerEpoch).orElse(-1L);
      return new AlterPartitionCommand(command.brokerId(), Math.max(current, command.brokerEpoch()),
          command.proposals());
    }

    @Override
    Proposal proposal(MetadataImage image, Proposal asked) {
      PartitionState now = image.partition(asked.id().topicId(), asked.id().partition()).orElse(null);
      return now == null
          ? asked
          : new Proposal(asked.id(), now.leaderEpoch(), now.partitionEpoch(), asked.newIsr(),
              asked.leaderRecoveryState());
    }
  };

  RegisterBrokerCommand register(MetadataImage image, RegisterBrokerCommand command) {
    return command;
  }

  AlterPartitionCommand alter(MetadataImage image, AlterPartitionCommand command) {
    return command;
  }

  Proposal proposal(MetadataImage image, Proposal asked) {
    return asked;
  }

  /** What is appended instead of what was decided. */
  List<MetadataRecord> records(MetadataImage image, List<MetadataRecord> records) {
    return records;
  }

  /** What is due besides. */
  List<MetadataRecord> duty(MetadataImage image) {
    return List.of();
  }

  /** A control with this bug. */
  public final ClusterControl control(ControlSettings settings, RandomSource random) {
    return new Broken(this, settings, random);
  }

  private static final class Broken extends ClusterControl {
    private final ControlBug bug;

    Broken(ControlBug bug, ControlSettings settings, RandomSource random) {
      super(settings, random);
      this.bug = bug;
    }

    private <R> Decision<R> broken(Decision<R> decision) {
      return new Decision<>(bug.records(speculative(), decision.records()), decision.result(), decision.waitForIndex());
    }

    @Override
    public Decision<Registered> register(RegisterBrokerCommand command, long nowMs) {
      return broken(super.register(bug.register(speculative(), command), nowMs));
    }

    @Override
    public Decision<Beat> heartbeat(HeartbeatCommand command, long arrivedMs) {
      return broken(super.heartbeat(command, arrivedMs));
    }

    @Override
    public Decision<List<Answer>> alterPartitions(AlterPartitionCommand command) {
      AlterPartitionCommand seen = bug.alter(speculative(), command);
      return broken(super.alterPartitions(new AlterPartitionCommand(seen.brokerId(), seen.brokerEpoch(),
          seen.proposals().stream().map(one -> bug.proposal(speculative(), one)).toList())));
    }

    @Override
    public Optional<List<MetadataRecord>> nextDuty(long nowMs) {
      Optional<List<MetadataRecord>> due = super.nextDuty(nowMs).map(records -> bug.records(speculative(), records));
      List<MetadataRecord> own = due.isEmpty() && active() ? bug.duty(speculative()) : List.of();
      return own.isEmpty() ? due : Optional.of(own);
    }
  }
}
