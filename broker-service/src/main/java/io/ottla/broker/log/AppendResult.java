package io.ottla.broker.log;

/**
 * Where an append went.
 *
 * @param baseOffset offset of the first record
 * @param nextOffset log end offset after the append
 * @param batches number of batches
 * @param sizeInBytes their bytes
 */
public record AppendResult(long baseOffset, long nextOffset, int batches, int sizeInBytes) {
  /** Offset of the last record. */
  public long lastOffset() {
    return nextOffset - 1;
  }
}
