package io.ottla.broker.replica;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The ISR as its leader must see it. Committed members come from the metadata alone (M27); while a proposal is out, the controllers may
 * already have accepted it, so the leader reckons with the largest set that could be in force (P24).
 */
sealed interface IsrState {
  /** ISR of the newest applied metadata. */
  List<Integer> committed();

  /** The largest set that may be in force: what the high watermark waits for. */
  SortedSet<Integer> maximal();

  /** Nothing is proposed. */
  record Committed(List<Integer> committed) implements IsrState {
    @Override
    public SortedSet<Integer> maximal() {
      return new TreeSet<>(committed);
    }
  }

  /**
   * A proposal that metadata has not yet confirmed or overtaken.
   *
   * @param committed ISR of the newest applied metadata
   * @param counted everyone any attempt of this proposal may have put into the ISR
   * @param proposal what was sent last
   * @param sending whether its answer is still awaited
   * @param accepted whether the controllers took it, so that only the metadata is missing
   * @param uncertain whether some attempt's outcome is unknown
   */
  record Pending(List<Integer> committed, List<Integer> counted, IsrProposal proposal, boolean sending,
      boolean accepted, boolean uncertain) implements IsrState {
    @Override
    public SortedSet<Integer> maximal() {
      TreeSet<Integer> members = new TreeSet<>(committed);
      members.addAll(counted);
      return members;
    }

    Pending sent(IsrProposal again) {
      return new Pending(committed, counted, again, true, false, uncertain);
    }

    Pending wasAccepted() {
      return new Pending(committed, counted, proposal, false, true, uncertain);
    }

    Pending wentUnknown() {
      return new Pending(committed, counted, proposal, false, false, true);
    }
  }
}
