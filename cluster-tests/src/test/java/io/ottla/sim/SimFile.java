package io.ottla.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * A file of numbered slots under a page cache. Writes and truncations are seen at once by readers; a crash keeps everything that was forced
 * and any subset of what was not, slot by slot: an operating system may write unforced pages back in any order.
 *
 * @param <F> what a slot holds
 */
public final class SimFile<F> {
  private final List<Slot<F>> slots = new ArrayList<>();
  private final List<Slot<F>> forced = new ArrayList<>();
  private int safeLength;

  /** Slots that readers see. */
  public int length() {
    return slots.size();
  }

  /** The content of a slot. */
  public F get(int slot) {
    return slots.get(slot).content;
  }

  /** Writes behind the last slot. */
  public void append(F content) {
    slots.add(new Slot<>(content));
  }

  /** Cuts the file to this many slots. */
  public void truncate(int length) {
    slots.subList(length, slots.size()).clear();
    safeLength = Math.min(safeLength, length);
  }

  /** Makes the present content the one that a crash keeps. */
  public void force() {
    int same = safeLength;
    forced.subList(same, forced.size()).clear();
    forced.addAll(slots.subList(same, slots.size()));
    safeLength = slots.size();
  }

  /** Slots from the start that any crash at this moment keeps unchanged. */
  public int safeLength() {
    return safeLength;
  }

  /** The machine stops: what remains, up to the first hole, is all there is from now on. */
  public void crash(SeededRandom random) {
    boolean lengthWritten = random.chance(0.5);
    int reach = lengthWritten ? slots.size() : Math.max(slots.size(), forced.size());
    var kept = new ArrayList<Slot<F>>(slots.subList(0, safeLength));
    for (int slot = safeLength; slot < reach; slot++) {
      boolean written = slot < slots.size() && random.chance(0.6);
      if (written) {
        kept.add(slots.get(slot));
      } else if (slot < forced.size()) {
        kept.add(forced.get(slot));
      } else {
        break;
      }
    }
    slots.clear();
    slots.addAll(kept);
    force();
  }

  /** One written slot; identity tells two writes of equal content apart. */
  private record Slot<F>(F content) {}
}
