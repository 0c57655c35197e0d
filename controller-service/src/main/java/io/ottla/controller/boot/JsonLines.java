package io.ottla.controller.boot;

import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.controller.runtime.StateFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** An image as lines of JSON. */
final class JsonLines implements StateFormat {
  @Override
  public void write(MetadataImage image, OutputStream out) throws IOException {
    ImageSnapshot.write(image, out);
  }

  @Override
  public MetadataImage read(InputStream in, long index, long term) throws IOException {
    return ImageSnapshot.read(in, index, term);
  }
}
