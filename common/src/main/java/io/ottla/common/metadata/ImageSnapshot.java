package io.ottla.common.metadata;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * An image as bytes, for snapshots (Q32): lines of JSON in one order, so that images of equal content, index and term have equal bytes however
 * they came about (Q35). The last line holds the number of lines and the image's digest, so that a stream that was cut off, or says something
 * else than was written, is noticed whatever carried it. Both directions are streamed. Any thread.
 */
public final class ImageSnapshot {
  private ImageSnapshot() {
  }

  /** Writes an image; neither flushes nor closes the stream. */
  public static void write(MetadataImage image, OutputStream out) throws IOException {
    SnapshotJson.write(image, out);
  }

  /**
   * Reads an image up to the end of the stream, which stays open.
   *
   * @param index index of the last entry the snapshot must include
   * @param term that entry's term
   * @throws IOException when the stream breaks, is not whole, was changed, or is a snapshot of something else; another copy may be good
   * @throws MetadataReplayException when it has a type, version or field that this version does not know, or breaks an invariant; the node
   *           must not go on without it
   */
  public static MetadataImage read(InputStream in, long index, long term) throws IOException {
    return SnapshotJson.read(in, index, term);
  }
}
