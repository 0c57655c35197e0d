package io.ottla.sim.quorum;

import io.ottla.sim.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files of a log under a page cache: numbered slots, one frame each, kept in pieces of {@value #PIECE} that are dropped whole. Readers see
 * every change at once. When the power goes, what was forced stays, and of what was not any subset: an operating system writes unforced pages
 * back in any order, so there are holes, torn frames, and old content that a truncation had removed.
 */
final class SimLogFile {
  private static final int PIECE = 4;
  private static final Slot DAMAGED = new Slot(null);

  private Start start = Start.EMPTY;
  private final List<Slot> slots = new ArrayList<>();
  private Start forcedStart = Start.EMPTY;
  private final List<Slot> forced = new ArrayList<>();
  private long safeIndex;
  private @Nullable Start resetUnderWay;

  /**
   * What precedes the first slot.
   *
   * @param index index before the first
   * @param term its term
   * @param digest digest of the whole log up to there
   */
  record Start(long index, long term, long digest) {
    static final Start EMPTY = new Start(0, 0, 0);
  }

  /** A slot on disk: a frame, or something that is none. */
  private record Slot(@Nullable Frame frame) {}

  Start start() {
    return start;
  }

  long lastIndex() {
    return start.index + slots.size();
  }

  /** The frame at an index that holds one. */
  Frame frame(long index) {
    return Objects.requireNonNull(slots.get((int) (index - start.index) - 1).frame);
  }

  /** The frame behind the given index, or null if there is none or it is damaged. */
  @Nullable
  Frame frameAfter(long index) {
    return index >= lastIndex() ? null : slots.get((int) (index - start.index)).frame;
  }

  void append(Frame frame) {
    slots.add(new Slot(frame));
  }

  void truncateFrom(long index) {
    slots.subList((int) (index - start.index) - 1, slots.size()).clear();
    safeIndex = Math.min(safeIndex, index - 1);
  }

  /** Whether the power might bring back what a truncation has removed. */
  boolean hasUnforcedTruncation() {
    return forcedStart.index + forced.size() > safeIndex;
  }

  /** Drops whole pieces; a crash may bring them back until the next force. */
  void dropPrefix(long lastIndex) {
    long end = lastIndex - lastIndex % PIECE;
    if (end > start.index) {
      Frame last = frame(end);
      slots.subList(0, (int) (end - start.index)).clear();
      start = new Start(end, last.entry().term(), last.digest());
    }
  }

  /** Makes the present content the one that stays. */
  void force() {
    forced.subList(0, (int) Math.min(forced.size(), start.index - forcedStart.index)).clear();
    forcedStart = start;
    int same = (int) Math.max(0, safeIndex - start.index);
    forced.subList(same, forced.size()).clear();
    forced.addAll(slots.subList(same, slots.size()));
    safeIndex = lastIndex();
  }

  /** Last index that any crash at this moment keeps. */
  long safeIndex() {
    return safeIndex;
  }

  /** From now until the reset is done a crash leaves the old log, a part of it, or the new one. */
  void beginReset(Start newStart) {
    resetUnderWay = newStart;
  }

  /** Discards everything, durably. */
  void reset(Start newStart) {
    resetUnderWay = null;
    slots.clear();
    forced.clear();
    start = newStart;
    forcedStart = newStart;
    safeIndex = newStart.index;
  }

  /** The process ends, and perhaps the power goes; what remains is all there is from now on. */
  void crash(SeededRandom random, boolean powerLost) {
    if (powerLost) {
      losePower(random);
    }
    Start reset = resetUnderWay;
    if (reset != null) {
      switch (random.nextInt(4)) {
        case 0 -> reset(reset);
        case 1 -> truncateFrom(start.index + 1 + random.nextInt(slots.size() + 1));
        case 2 -> dropUndamaged(start.index + random.nextInt(slots.size() + 1));
        default -> resetUnderWay = null;
      }
    }
    resetUnderWay = null;
  }

  private void dropUndamaged(long lastIndex) {
    long end = lastIndex - lastIndex % PIECE;
    if (end > start.index && slots.get((int) (end - start.index) - 1).frame != null) {
      dropPrefix(end);
    }
  }

  private void losePower(SeededRandom random) {
    Start kept = random.chance(0.5) ? start : forcedStart;
    long end = random.chance(0.5) ? lastIndex() : Math.max(lastIndex(), forcedStart.index + forced.size());
    var disk = new ArrayList<Slot>();
    for (long index = kept.index + 1; index <= end; index++) {
      disk.add(survivor(index, random));
    }
    start = kept;
    slots.clear();
    slots.addAll(disk);
    safeIndex = kept.index;
    forced.clear();
    forcedStart = kept;
    force();
  }

  private Slot survivor(long index, SeededRandom random) {
    Slot seen = at(slots, start, index);
    Slot old = at(forced, forcedStart, index);
    if (index <= safeIndex) {
      return old != null ? old : Objects.requireNonNull(seen);
    }
    if (seen != null && random.chance(0.6)) {
      return random.chance(0.1) ? DAMAGED : seen;
    }
    return old == null || (seen != null && random.chance(0.1)) ? DAMAGED : old;
  }

  private static @Nullable Slot at(List<Slot> slots, Start start, long index) {
    long at = index - start.index - 1;
    return at < 0 || at >= slots.size() ? null : slots.get((int) at);
  }
}
