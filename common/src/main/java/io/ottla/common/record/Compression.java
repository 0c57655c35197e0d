package io.ottla.common.record;

import java.util.Optional;

/** How the records of a batch are compressed, as its attributes say. The bytes of each are those of the field (P2). */
public enum Compression {
  /** Records lie in the batch as they are. */
  NONE(0),
  /** In members of RFC 1952. */
  GZIP(1),
  /** In the frames of the Java library. */
  SNAPPY(2),
  /** In LZ4 frames. */
  LZ4(3),
  /** In Zstandard frames. */
  ZSTD(4),
  /** A code nobody has defined. */
  UNKNOWN(-1);

  /**
   * The most bytes the records of a compressed batch may take. A few bytes can claim to be gigabytes; whoever reads or checks a batch gives up
   * here, so that a small heap survives several of them at once. Producers fill batches by what they take uncompressed, a mebibyte or so.
   */
  public static final int MAX_UNCOMPRESSED_BYTES = 16 * 1024 * 1024;

  private static final Compression[] BY_CODE = {NONE, GZIP, SNAPPY, LZ4, ZSTD, UNKNOWN, UNKNOWN, UNKNOWN};

  private final int code;

  Compression(int code) {
    this.code = code;
  }

  /**
   * What a topic's {@code compression.type} asks of the broker; empty when batches are stored as their producer compressed them.
   *
   * @param value {@code producer}, {@code uncompressed}, {@code none}, {@code gzip}, {@code snappy}, {@code lz4} or {@code zstd}
   */
  public static Optional<Compression> ofTopicSetting(String value) {
    return switch (value) {
      case "producer" -> Optional.empty();
      case "none", "uncompressed" -> Optional.of(NONE);
      case "gzip" -> Optional.of(GZIP);
      case "snappy" -> Optional.of(SNAPPY);
      case "lz4" -> Optional.of(LZ4);
      case "zstd" -> Optional.of(ZSTD);
      default -> throw new IllegalArgumentException("no compression is called " + value);
    };
  }

  /** The compression of a batch with these attributes. */
  static Compression ofAttributes(int attributes) {
    return BY_CODE[attributes & BatchFormat.COMPRESSION_MASK];
  }

  /** The code in a batch's attributes. */
  int code() {
    if (this == UNKNOWN) {
      throw new IllegalArgumentException("nobody can write an unknown compression");
    }
    return code;
  }
}
