package io.ottla.cli.produce;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A line's bytes are the value; with a separator, what stands before its first occurrence is the key. */
final class TextLines implements LineFormat {
  private final byte[] separator;

  /** @param separator empty when lines have no key */
  TextLines(String separator) {
    this.separator = separator.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public InputRecord parse(long line, byte[] text) throws BadLine {
    if (separator.length == 0)
      return new InputRecord(line, null, text, null, null, List.of());
    int at = indexOf(text);
    if (at < 0)
      throw new BadLine("the key separator is not in it");
    return new InputRecord(line, Arrays.copyOf(text, at),
        Arrays.copyOfRange(text, at + separator.length, text.length), null, null, List.of());
  }

  @Override
  public boolean skipsEmptyLines() {
    return false;
  }

  private int indexOf(byte[] text) {
    for (int i = 0; i + separator.length <= text.length; i++) {
      if (Arrays.equals(text, i, i + separator.length, separator, 0, separator.length))
        return i;
    }
    return -1;
  }
}
