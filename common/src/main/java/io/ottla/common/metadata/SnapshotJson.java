package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Generator and parser of a snapshot's lines. */
final class SnapshotJson {
  private static final JsonFactory FACTORY = new JsonFactoryBuilder().rootValueSeparator("")
      .disable(StreamReadFeature.AUTO_CLOSE_SOURCE).disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
      .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM).build();

  private SnapshotJson() {
  }

  static void write(MetadataImage image, OutputStream out) throws IOException {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      new SnapshotJsonWriter(generator, image).write();
    }
  }

  static MetadataImage read(InputStream in, long index, long term) throws IOException {
    try (JsonParser parser = FACTORY.createParser(in)) {
      return new SnapshotJsonReader(parser, index, term).read();
    }
  }
}
