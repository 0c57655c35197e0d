package io.ottla.broker.http.api.v3;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;

/**
 * What a partition that is being reassigned, or has to leave a broker, waits for. Pure.
 *
 * @param blocked whether somebody has to do something
 * @param text what it waits for, and what helps
 */
record MoveStatus(boolean blocked, String text) {

  /** Of a partition that is being reassigned. */
  static MoveStatus of(MetadataImage image, TopicImage topic, PartitionState state) {
    if (!state.hasLeader()) {
      List<Integer> holders = state.isr().isEmpty() ? state.elr() : state.isr();
      return new MoveStatus(true, holders.isEmpty()
          ? "The partition has no leader, and none of its brokers is known to hold everything committed."
          : "The partition has no leader; start one of the brokers " + holders + ".");
    }
    List<Integer> missing = state.adding().stream().filter(id -> !state.isr().contains(id)).toList();
    List<Integer> away = missing.stream().filter(id -> !image.isActive(id)).toList();
    if (!away.isEmpty()) {
      return new MoveStatus(true,
          "Brokers " + away + " are to get it and are not in service; start them, or name others.");
    }
    if (!missing.isEmpty()) {
      return new MoveStatus(false, "Brokers " + missing + " are catching up.");
    }
    List<Integer> staying = state.isr().stream().filter(id -> !state.removing().contains(id)).toList();
    int needed = Math.min(image.configuredMinIsr(topic), state.target().size());
    return staying.size() < needed
        ? new MoveStatus(true,
            "Of the brokers that stay, " + staying + " are in sync, and min.insync.replicas asks for "
                + needed + "; start the others of " + state.target() + ".")
        : new MoveStatus(false, "About to be completed.");
  }

  /** Of a partition that has to leave a broker for good, and may not be moving yet. */
  static MoveStatus ofLeaving(MetadataImage image, TopicImage topic, PartitionState state, int brokerId) {
    if (!state.target().contains(brokerId)) {
      return of(image, topic, state);
    }
    List<Integer> able = new ArrayList<>();
    for (BrokerRegistration broker : image.brokers().values()) {
      if (broker.active() && !image.isDraining(broker.brokerId())) {
        able.add(broker.brokerId());
      }
    }
    long staying = state.target().stream().filter(id -> !image.isDraining(id) && !able.contains(id)).count();
    return able.size() + staying < state.target().size()
        ? new MoveStatus(true, "It has " + state.target().size() + " replicas, and only the brokers " + able
            + " are in service to hold it; start or add a broker, or reassign it to fewer.")
        : new MoveStatus(false, "Waits for its turn.");
  }
}
