package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataImage;
import java.io.InputStream;
import java.io.OutputStream;

/** For a controller that never has a reason to write a snapshot, and has none to read. */
final class NoState implements StateFormat {
  @Override
  public void write(MetadataImage image, OutputStream out) {
    throw new AssertionError("no snapshot is due");
  }

  @Override
  public MetadataImage read(InputStream in, long index, long term) {
    throw new AssertionError("there is no snapshot");
  }
}
