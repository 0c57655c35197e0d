package io.ottla.benchmarks.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.ottla.benchmarks.BenchmarkFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A history on disk; read as often as needed, since it may be larger than memory. */
public record HistoryFile(Path path) implements History {
  private static final ObjectReader JSON = new ObjectMapper().readerFor(Event.class);

  @Override
  public void forEach(Consumer<Event> visitor) {
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      long number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        try {
          Event event = JSON.readValue(line);
          visitor.accept(event);
        } catch (IOException e) {
          throw new BenchmarkFailure(path + " line " + number + " is not an event: " + line, e);
        }
        number++;
      }
    } catch (IOException e) {
      throw new BenchmarkFailure("cannot read " + path, e);
    }
  }
}
