package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** How an image is written into a snapshot and read back. Any thread. */
public interface StateFormat {
  /** Writes all of the image, the same bytes for the same content (Q35). */
  void write(MetadataImage image, OutputStream out) throws IOException;

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws io.ottla.common.metadata.MetadataReplayException when there is something this version does not know; the node must quarantine
   */
  MetadataImage read(InputStream in, long index, long term) throws IOException;
}
