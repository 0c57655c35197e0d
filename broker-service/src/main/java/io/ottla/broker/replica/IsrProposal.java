package io.ottla.broker.replica;

import java.util.List;

/**
 * What a leader asks the controllers to make of an ISR (M26).
 *
 * @param partitionEpoch the state it is based on
 * @param newIsr proposed members, the leader first
 * @param recovered false while the leader still recovers from an unclean election (M24)
 */
public record IsrProposal(int leaderEpoch, int partitionEpoch, List<Member> newIsr, boolean recovered) {
  /** A member with the broker epoch its fetches carried. */
  public record Member(int brokerId, long brokerEpoch) {}

  List<Integer> memberIds() {
    return newIsr.stream().map(Member::brokerId).toList();
  }
}
