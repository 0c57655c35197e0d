package io.ottla.benchmarks.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a history, one JSON document per line, in the order in which calls ended. Any thread. */
public final class HistoryWriter implements AutoCloseable {
  private static final ObjectWriter JSON = new ObjectMapper().writerFor(Event.class);

  private final BufferedWriter out;

  /** Begins a new file. */
  public HistoryWriter(Path file) throws IOException {
    out = Files.newBufferedWriter(file);
  }

  /** Adds an event. */
  public void add(Event event) {
    try {
      String line = JSON.writeValueAsString(event);
      synchronized (out) {
        out.write(line);
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written", e);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (out) {
      out.close();
    }
  }
}
