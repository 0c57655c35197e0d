package io.ottla.benchmarks.load;

import io.ottla.benchmarks.BenchmarkFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads one HTTP/1.1 response after another from the bytes of a connection: status, body by length or in chunks, and the {@code Next-Offset}
 * header. Not pipelined. One thread.
 */
final class HttpResponseReader {
  private enum State {
    HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, DONE
  }

  private State state = State.HEAD;
  private byte[] line = new byte[1024];
  private int lineLength;
  private byte[] body = new byte[16 * 1024];
  private int bodyLength;
  private long remaining;
  private boolean firstLine = true;
  private boolean chunked;
  private int status;
  private long nextOffset = -1;

  /** Takes what belongs to the current response; returns whether that response is complete now. */
  boolean accept(ByteBuffer bytes) {
    while (bytes.hasRemaining() && state != State.DONE) {
      switch (state) {
        case HEAD, CHUNK_SIZE, CHUNK_END, TRAILER -> takeLineByte(bytes.get());
        case BODY, CHUNK -> takeBody(bytes);
        case DONE -> throw new IllegalStateException("complete");
      }
    }
    return state == State.DONE;
  }

  private void takeLineByte(byte next) {
    if (next != '\n') {
      if (lineLength == line.length) {
        line = Arrays.copyOf(line, lineLength * 2);
      }
      line[lineLength++] = next;
      return;
    }
    int length = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
    String text = new String(line, 0, length, StandardCharsets.ISO_8859_1);
    lineLength = 0;
    takeLine(text);
  }

  private void takeLine(String text) {
    switch (state) {
      case HEAD -> takeHeadLine(text);
      case CHUNK_SIZE -> {
        remaining = Long.parseLong(text.strip(), 16);
        state = remaining == 0 ? State.TRAILER : State.CHUNK;
      }
      case CHUNK_END -> state = State.CHUNK_SIZE;
      case TRAILER -> state = text.isEmpty() ? State.DONE : State.TRAILER;
      case BODY, CHUNK, DONE -> throw new IllegalStateException("no line expected");
    }
  }

  private void takeHeadLine(String text) {
    if (firstLine) {
      firstLine = false;
      if (!text.startsWith("HTTP/1.1 ")) {
        throw new BenchmarkFailure("not a response: " + text);
      }
      status = Integer.parseInt(text.substring(9, 12));
    } else if (text.isEmpty()) {
      state = chunked ? State.CHUNK_SIZE : remaining == 0 ? State.DONE : State.BODY;
    } else {
      takeHeader(text);
    }
  }

  private void takeHeader(String text) {
    int colon = text.indexOf(':');
    String value = text.substring(colon + 1).strip();
    switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
      case "content-length" -> remaining = Long.parseLong(value);
      case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
      case "next-offset" -> nextOffset = Long.parseLong(value);
      default -> {
        // Not needed here.
      }
    }
  }

  private void takeBody(ByteBuffer bytes) {
    int count = (int) Math.min(remaining, bytes.remaining());
    if (bodyLength + count > body.length) {
      body = Arrays.copyOf(body, Math.max(body.length * 2, bodyLength + count));
    }
    bytes.get(body, bodyLength, count);
    bodyLength += count;
    remaining -= count;
    if (remaining == 0) {
      state = chunked ? State.CHUNK_END : State.DONE;
    }
  }

  /** Forgets the response, ready for the next one. */
  void reset() {
    state = State.HEAD;
    lineLength = 0;
    bodyLength = 0;
    remaining = 0;
    firstLine = true;
    chunked = false;
    status = 0;
    nextOffset = -1;
  }

  int status() {
    return status;
  }

  /** The {@code Next-Offset} header, -1 when there is none. */
  long nextOffset() {
    return nextOffset;
  }

  int bodyLength() {
    return bodyLength;
  }

  /** How often the bytes stand in the body, not overlapping. */
  int occurrences(byte[] pattern) {
    int count = 0;
    int last = bodyLength - pattern.length;
    for (int i = 0; i <= last; i++) {
      if (body[i] == pattern[0] && Arrays.equals(body, i, i + pattern.length, pattern, 0, pattern.length)) {
        count++;
        i += pattern.length - 1;
      }
    }
    return count;
  }

  String bodyText() {
    return new String(body, 0, bodyLength, StandardCharsets.UTF_8);
  }
}
