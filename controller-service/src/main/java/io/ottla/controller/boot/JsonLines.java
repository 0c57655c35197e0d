package io.ottla.controller.boot;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.controller.runtime.StateFormat;
import java.io.InputStream;
import java.io.OutputStream;

/** TEMP. */
final class JsonLines implements StateFormat {
  @Override
  public void write(MetadataImage image, OutputStream out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MetadataImage read(InputStream in, long index, long term) {
    throw new UnsupportedOperationException();
  }
}
