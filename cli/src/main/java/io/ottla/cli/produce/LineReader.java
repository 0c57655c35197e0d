package io.ottla.cli.produce;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Splits a stream at line feeds (a carriage return before one is dropped). A last line without line feed counts. One thread reads. */
final class LineReader {
  private static final int MAX_LINE_BYTES = 64 << 20;
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private long lines;

  LineReader(InputStream in) {
    this.in = in;
  }

  /** How many lines were returned: the number of the last one. */
  long lineNumber() {
    return lines;
  }

  /** The next line without its end, or null at the end of the stream. */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = null;
    while (true) {
      int end = indexOfLineFeed();
      if (end >= 0) {
        byte[] rest = Arrays.copyOfRange(buffer, position, end);
        position = end + 1;
        return counted(line, rest);
      }
      if (position < limit) {
        line = line == null ? new ByteArrayOutputStream() : line;
        line.write(buffer, position, limit - position);
        if (line.size() > MAX_LINE_BYTES)
          throw new IOException("line " + (lines + 1) + " is longer than 64 MiB");
      }
      position = 0;
      limit = in.read(buffer);
      if (limit <= 0) {
        limit = 0;
        return line == null ? null : counted(line, new byte[0]);
      }
    }
  }

  private int indexOfLineFeed() {
    for (int i = position; i < limit; i++) {
      if (buffer[i] == '\n')
        return i;
    }
    return -1;
  }

  private byte[] counted(@Nullable ByteArrayOutputStream start, byte[] rest) {
    lines++;
    byte[] line = rest;
    if (start != null) {
      start.writeBytes(rest);
      line = start.toByteArray();
    }
    boolean carriageReturn = line.length > 0 && line[line.length - 1] == '\r';
    return carriageReturn ? Arrays.copyOf(line, line.length - 1) : line;
  }
}
