package io.ottla.common.record;

/** The key hash of the default partitioner: the same key goes to the same partition as with any client of the field. Stateless. */
public final class Murmur2 {
  private static final int SEED = 0x9747b28c;
  private static final int M = 0x5bd1e995;

  private Murmur2() {
  }

  /** The 32-bit hash of the bytes. */
  public static int hash(byte[] data) {
    int length = data.length;
    int h = SEED ^ length;
    int words = length / 4;
    for (int i = 0; i < words; i++) {
      int at = i * 4;
      int k = unsigned(data, at) | (unsigned(data, at + 1) << 8) | (unsigned(data, at + 2) << 16)
          | (unsigned(data, at + 3) << 24);
      k *= M;
      k ^= k >>> 24;
      k *= M;
      h = (h * M) ^ k;
    }
    int tail = length & ~3;
    int rest = length & 3;
    if (rest == 3) {
      h ^= unsigned(data, tail + 2) << 16;
    }
    if (rest >= 2) {
      h ^= unsigned(data, tail + 1) << 8;
    }
    if (rest >= 1) {
      h = (h ^ unsigned(data, tail)) * M;
    }
    h ^= h >>> 13;
    h *= M;
    return h ^ (h >>> 15);
  }

  /** The partition of a key: {@code toPositive(hash) % partitions}. */
  public static int partition(byte[] key, int partitions) {
    return (hash(key) & 0x7fffffff) % partitions;
  }

  private static int unsigned(byte[] data, int at) {
    return data[at] & 0xFF;
  }
}
