package io.ottla.broker.log;

import io.ottla.common.record.BatchCleaning;
import io.ottla.common.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes a group of segments anew into one. Where batches go, the range they covered is stated by an empty batch, one per leader epoch, so
 * that batches still follow one another and epochs still start where they did. One use, one thread.
 */
final class GroupWriter {
  private final Segment target;
  private final RecordFilter filter;
  private final int indexIntervalBytes;
  private long vacantFrom = -1;
  private long vacantTo = -1;
  private int vacantEpoch;

  GroupWriter(Segment target, RecordFilter filter, int indexIntervalBytes) {
    this.target = target;
    this.filter = filter;
    this.indexIntervalBytes = indexIntervalBytes;
  }

  void write(RecordBatch batch) throws IOException {
    ByteBuffer left = BatchCleaning.isVacancy(batch) ? null : filter.filter(batch);
    if (left != null) {
      writeVacancy();
      target.append(left, indexIntervalBytes);
      return;
    }
    if (vacantFrom >= 0 && vacantEpoch != batch.partitionLeaderEpoch()) {
      writeVacancy();
    }
    if (vacantFrom < 0) {
      vacantFrom = batch.baseOffset();
      vacantEpoch = batch.partitionLeaderEpoch();
    }
    vacantTo = batch.lastOffset();
  }

  private void writeVacancy() throws IOException {
    if (vacantFrom >= 0) {
      target.append(BatchCleaning.vacancy(vacantFrom, vacantTo, vacantEpoch), indexIntervalBytes);
      vacantFrom = -1;
    }
  }

  /** Writes what is pending and makes the segment durable under its present name. */
  void finish() throws IOException {
    writeVacancy();
    target.completeTimes();
    target.seal();
  }
}
