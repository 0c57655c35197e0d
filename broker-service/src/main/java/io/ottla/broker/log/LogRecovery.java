package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.RecoveryPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a replica's log after any kind of stop (P42, P43). First it only looks: segments must follow one another without a gap, and from the
 * recovery point on every batch is read and verified. A bad batch there is a torn write that nobody was ever promised; it and all behind it
 * are cut off. Anything wrong below the recovery point is damage: then nothing is changed, unless the caller asked for a repair, so that the
 * damage is found again by a start that comes before the controller has heard of it.
 *
 * <p>A segment other than the last was forced before the next one was used, so the recovery point is never below the last segment.
 */
final class LogRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  /** What to do about damage. */
  enum OnDamage {
    /** Change nothing. */
    LEAVE,
    /** Read and verify everything, and cut before the first unsound batch. */
    CUT
  }

  /** The log is null exactly when damage was found and left. */
  record Outcome(@Nullable PartitionLog log, RecoveryReport report) {}

  private final PartitionDirectory directory;
  private final LogConfig config;
  private final RecoveryPoint recoveryPoint;
  private final List<Segment> segments = new ArrayList<>();
  private final boolean deep;
  private long knownDurable;

  // What the inspection found: the sound part ends in the segment `keep` (-1: there is none) at `position`, `endOffset`.
  private int keep = -1;
  private int position;
  private long endOffset;
  private long scannedFrom;
  private long bytesScanned;
  private int indexesRebuilt;
  private List<EpochEntry> scannedEpochs = List.of();
  private long logStart;
  private List<Long> leftovers = List.of();
  private @Nullable String damage;

  private LogRecovery(PartitionDirectory directory, LogConfig config, long knownDurable, RecoveryPoint recoveryPoint,
      OnDamage onDamage) {
    this.directory = directory;
    this.config = config;
    this.knownDurable = knownDurable;
    this.recoveryPoint = recoveryPoint;
    this.deep = onDamage == OnDamage.CUT;
  }

  /**
   * Opens the log, creating its first segment if there is none yet.
   *
   * @param knownDurable the recovery point's offset: below it everything was forced
   */
  static Outcome open(PartitionDirectory directory, LogConfig config, long knownDurable, RecoveryPoint recoveryPoint,
      OnDamage onDamage) throws IOException {
    LogRecovery recovery = new LogRecovery(directory, config, knownDurable, recoveryPoint, onDamage);
    try {
      return recovery.run(onDamage);
    } catch (IOException e) {
      recovery.closeSegments();
      throw e;
    }
  }

  private Outcome run(OnDamage onDamage) throws IOException {
    LogReset.LogStart start = LogReset.load(directory);
    if (start != null && start.resetting()) {
      LogReset.finish(directory, start.offset()).close();
      LeaderEpochCache.write(directory, List.of());
      LogReset.done(directory, start.offset());
      knownDurable = Math.min(knownDurable, start.offset());
    }
    SegmentSwap.recover(directory);
    inspect(start);
    long bytesTruncated = bytesBehindTheEnd();
    RecoveryReport report = new RecoveryReport(directory.metadata().id(), knownDurable, endOffset, bytesScanned,
        damage == null ? bytesTruncated : 0, indexesRebuilt, damage);
    if (damage != null && onDamage == OnDamage.LEAVE) {
      closeSegments();
      return new Outcome(null, report);
    }
    if (damage != null) {
      recoveryPoint.lower(endOffset);
    }
    removeLeftovers();
    return new Outcome(cutAndForce(bytesTruncated), report);
  }

  // ---- looking

  private void inspect(LogReset.@Nullable LogStart start) throws IOException {
    long[] bases = SegmentNames.baseOffsets(directory.list(), SegmentNames.LOG_SUFFIX);
    logStart = start != null ? start.offset() : bases.length > 0 ? bases[0] : 0;
    endOffset = logStart;
    scannedFrom = logStart;
    if (bases.length == 0 && knownDurable <= logStart) {
      return;
    }
    int first = firstInUse(bases);
    if (bases.length == 0 || bases[first] > logStart) {
      damage = "the segment at " + logStart + " is missing";
      return;
    }
    leftovers = Arrays.stream(bases, 0, first).boxed().toList();
    for (int i = first; i < bases.length; i++) {
      segments.add(Segment.open(directory, bases[i]));
    }
    for (int i = first; i < bases.length - 1; i++) {
      if (!inspectSealed(i - first, bases[i + 1])) {
        return;
      }
    }
    inspectLast(segments.getLast());
  }

  /** Index of the segment in which the log starts. Those before it left the log; only their files may still be there. */
  private int firstInUse(long[] bases) {
    int first = 0;
    while (first < bases.length - 1 && bases[first + 1] <= logStart) {
      first++;
    }
    return first;
  }

  /** Checks that a sealed segment reaches up to the next one; its batches are verified when they are read. */
  private boolean inspectSealed(int i, long nextBase) throws IOException {
    Segment segment = segments.get(i);
    if (deep) {
      return verifySealed(i, nextBase);
    }
    OffsetIndex index = segment.index();
    boolean plausible = index.attach() && (index.count() > 0 || segment.size() <= config.indexIntervalBytes());
    BatchWalk walk = plausible && index.count() > 0 ? segment.walkAt(index.entry(index.count() - 1), segment.size())
        : null;
    if (walk == null) {
      walk = plausible && index.count() == 0 ? wholeWalk(segment) : rebuildIndex(segment);
    }
    walk.toEnd();
    keep = i;
    position = (int) walk.endPosition();
    endOffset = walk.size() == 0 || walk.problem() != null ? segment.baseOffset() : walk.lastOffset() + 1;
    if (walk.problem() != null || endOffset != nextBase) {
      findSoundEnd(segment);
      damage = "the segment at " + segment.baseOffset() + " ends at " + endOffset + " instead of " + nextBase
          + (walk.problem() == null ? "" : ": " + walk.problem());
      return false;
    }
    segment.recovered(segment.size(), endOffset);
    if (!segment.attachTimes(config.indexIntervalBytes())) {
      indexesRebuilt++;
    }
    return true;
  }

  /** The same by reading every batch, since one of them is known to be bad. */
  private boolean verifySealed(int i, long nextBase) throws IOException {
    Segment segment = segments.get(i);
    keep = i;
    findSoundEnd(segment);
    if (endOffset != nextBase) {
      damage = "the segment at " + segment.baseOffset() + " is sound up to " + endOffset + " instead of " + nextBase;
      return false;
    }
    segment.recovered(segment.size(), endOffset);
    segment.attachTimes(config.indexIntervalBytes());
    return true;
  }

  private static BatchWalk wholeWalk(Segment segment) {
    return new BatchWalk(segment.file(), 0, segment.size());
  }

  /** Rebuilds the index of a sealed segment from its batch headers, and returns a walk that goes over all of it again. */
  private BatchWalk rebuildIndex(Segment segment) throws IOException {
    segment.rebuildOffsetIndex(config.indexIntervalBytes());
    indexesRebuilt++;
    return wholeWalk(segment);
  }

  /** Verifies a damaged sealed segment from its start to know how much of it can be kept. */
  private void findSoundEnd(Segment segment) throws IOException {
    segment.index().clear();
    scan(segment, 0, segment.baseOffset());
  }

  private void inspectLast(Segment segment) throws IOException {
    keep = segments.size() - 1;
    // What was rolled was forced, and so was what made up the start when it moved.
    knownDurable = Math.max(knownDurable, Math.max(segment.baseOffset(), logStart));
    boolean whole = segment.index().load(segment.size());
    int entries = deep ? 0 : segment.index().countUpToOffset(knownDurable - 1 - segment.baseOffset());
    BatchWalk walk = entries == 0 ? null : segment.walkAt(segment.index().entry(entries - 1), segment.size());
    boolean missing = segment.index().count() == 0 && segment.size() > 2 * config.indexIntervalBytes();
    boolean doubtful = !whole || missing || (entries > 0 && walk == null);
    if (doubtful) {
      indexesRebuilt++;
    }
    segment.index().truncate(walk == null ? 0 : entries);
    TailScan scan = walk == null ? scan(segment, 0, segment.baseOffset())
        : scan(segment, (int) walk.position(), walk.baseOffset());
    if (endOffset < knownDurable) {
      damage = "the log ends at " + endOffset + " although everything below " + knownDurable + " was forced"
          + (scan.problem() == null ? "" : ": " + scan.problem());
    }
  }

  private TailScan scan(Segment segment, int from, long offset) throws IOException {
    if (!segment.resumeIndexing(from, offset, config.indexIntervalBytes())) {
      indexesRebuilt++;
    }
    TailScan scan = new TailScan(segment, from, offset);
    scan.run(config.indexIntervalBytes());
    scannedFrom = offset;
    bytesScanned += scan.position() - from;
    position = scan.position();
    endOffset = scan.nextOffset();
    scannedEpochs = scan.epochs();
    return scan;
  }

  private long bytesBehindTheEnd() {
    long bytes = keep < 0 ? 0 : segments.get(keep).size() - position;
    for (int i = keep + 1; i < segments.size(); i++) {
      bytes += segments.get(i).size();
    }
    return bytes;
  }

  // ---- cutting and forcing

  private void removeLeftovers() throws IOException {
    for (long base : leftovers) {
      directory.delete(SegmentNames.log(base));
      directory.delete(SegmentNames.index(base));
      directory.delete(SegmentNames.timeIndex(base));
    }
    for (String name : directory.list()) {
      if (name.endsWith(SegmentNames.DELETED_SUFFIX)) {
        directory.delete(name);
      }
    }
  }

  private PartitionLog cutAndForce(long bytesTruncated) throws IOException {
    if (endOffset < logStart) {
      // Only after damage: nothing that is left can be read.
      keep = -1;
      endOffset = logStart;
    }
    while (segments.size() > keep + 1) {
      segments.removeLast().delete(directory);
      directory.force();
    }
    if (keep < 0) {
      segments.add(LogReset.finish(directory, logStart));
    } else {
      segments.get(keep).recovered(position, endOffset);
      if (bytesTruncated > 0) {
        segments.get(keep).truncate(position, endOffset, config.indexIntervalBytes());
      }
    }
    LeaderEpochCache epochs = recoverEpochs();
    Segment active = segments.getLast();
    active.file().force();
    active.forceIndexes();
    directory.force();
    LogView view = new LogView(segments.toArray(Segment[]::new), logStart, active.nextOffset(), active.size(), 0);
    return new PartitionLog(directory, view, epochs, ProducerTracker.recover(directory, view, epochs), recoveryPoint,
        CleanerPoint.load(directory, endOffset), config);
  }

  /** The checkpoint below the part that was scanned, the scan from there on, and an epoch without records at the end. */
  private LeaderEpochCache recoverEpochs() throws IOException {
    List<EpochEntry> stored = LeaderEpochCache.load(directory);
    List<EpochEntry> epochs = stored == null ? epochsBelow(scannedFrom)
        : stored.stream().filter(entry -> entry.startOffset() < Math.min(scannedFrom, endOffset)).toList();
    for (EpochEntry entry : scannedEpochs) {
      epochs = LeaderEpochCache.with(epochs, entry.epoch(), entry.startOffset());
    }
    for (EpochEntry entry : stored == null ? List.<EpochEntry>of() : stored) {
      boolean later = epochs.isEmpty() || epochs.getLast().epoch() < entry.epoch();
      epochs = entry.startOffset() == endOffset && later
          ? LeaderEpochCache.with(epochs, entry.epoch(), endOffset)
          : epochs;
    }
    LeaderEpochCache cache = new LeaderEpochCache(directory, stored == null ? List.of() : stored);
    cache.replace(epochs);
    cache.truncateFromStart(logStart);
    return cache;
  }

  /** Reads the epochs of all batches below an offset; only when the checkpoint is lost. */
  private List<EpochEntry> epochsBelow(long offset) throws IOException {
    List<EpochEntry> epochs = List.of();
    for (Segment segment : segments) {
      BatchWalk walk = wholeWalk(segment);
      while (walk.next() && walk.baseOffset() < offset) {
        epochs = LeaderEpochCache.with(epochs, walk.epoch(), walk.baseOffset());
      }
    }
    return epochs;
  }

  private void closeSegments() {
    for (Segment segment : segments) {
      try {
        segment.close();
      } catch (IOException e) {
        LOG.debug("segment={} cannot be closed after its log was given up", segment.baseOffset(), e);
      }
    }
  }
}
