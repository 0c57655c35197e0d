package io.ottla.common.metadata;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of a topic by number. Immutable: replacing one copies its chunk and the array of chunks and shares the rest, some hundred
 * references at most. Chunks rather than a persistent tree, because scans over all partitions wait for memory: a tree costs a node, and a cache
 * miss, per partition.
 */
final class PartitionList extends AbstractList<PartitionState> implements RandomAccess {
  static final PartitionList EMPTY = new PartitionList(new PartitionState[0][], 0);

  private static final int CHUNK_BITS = 6;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int CHUNK_MASK = CHUNK - 1;

  /** All of {@link #CHUNK} elements but the last, which has no more than it holds; never changed once published. */
  private final PartitionState[][] chunks;
  private final int size;

  private PartitionList(PartitionState[][] chunks, int size) {
    this.chunks = chunks;
    this.size = size;
  }

  static PartitionList of(List<PartitionState> partitions) {
    int size = partitions.size();
    PartitionState[][] chunks = new PartitionState[(size + CHUNK_MASK) >> CHUNK_BITS][];
    for (int at = 0; at < chunks.length; at++) {
      chunks[at] = partitions.subList(at << CHUNK_BITS, Math.min(size, (at + 1) << CHUNK_BITS))
          .toArray(PartitionState[]::new);
    }
    return new PartitionList(chunks, size);
  }

  @Override
  public PartitionState get(int index) {
    Objects.checkIndex(index, size);
    return chunks[index >> CHUNK_BITS][index & CHUNK_MASK];
  }

  @Override
  public int size() {
    return size;
  }

  /** The list with one partition replaced. */
  PartitionList with(int index, PartitionState state) {
    Objects.checkIndex(index, size);
    PartitionState[] chunk = chunks[index >> CHUNK_BITS].clone();
    chunk[index & CHUNK_MASK] = state;
    return withChunk(chunks.clone(), index >> CHUNK_BITS, chunk, size);
  }

  /** The list with one more partition at its end. */
  PartitionList plus(PartitionState state) {
    int at = size >> CHUNK_BITS;
    boolean begun = at < chunks.length;
    PartitionState[] chunk = begun ? Arrays.copyOf(chunks[at], chunks[at].length + 1) : new PartitionState[1];
    chunk[chunk.length - 1] = state;
    return withChunk(Arrays.copyOf(chunks, begun ? chunks.length : at + 1), at, chunk, size + 1);
  }

  private static PartitionList withChunk(PartitionState[][] chunks, int at, PartitionState[] chunk, int size) {
    chunks[at] = chunk;
    return new PartitionList(chunks, size);
  }

  /** As for any list; the same list at once. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
