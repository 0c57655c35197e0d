package io.ottla.common.record;

/** The compression named in a batch's attributes. Only {@link #NONE} can be read or appended; the others are refused by name. */
public enum Compression {
  /** Records lie in the batch as they are. */
  NONE,
  /** Code 1. */
  GZIP,
  /** Code 2. */
  SNAPPY,
  /** Code 3. */
  LZ4,
  /** Code 4. */
  ZSTD,
  /** A code nobody has defined. */
  UNKNOWN;

  private static final Compression[] BY_CODE = {NONE, GZIP, SNAPPY, LZ4, ZSTD, UNKNOWN, UNKNOWN, UNKNOWN};

  /** The compression of a batch with these attributes. */
  static Compression ofAttributes(int attributes) {
    return BY_CODE[attributes & BatchFormat.COMPRESSION_MASK];
  }
}
