package io.ottla.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.common.wire.WireJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Real input: every line that a commit of this repository added, oldest first, as one JSON object; without a history, the lines of its
 * source files. The field {@code file} is the key.
 */
final class RepositoryHistory {
  /** One line of NDJSON and its key. */
  record Line(String key, String json) {}

  private static final int MOST_LINES = 20_000;

  private final List<Line> lines = new ArrayList<>();
  private final int atLeast;

  private RepositoryHistory(int atLeast) {
    this.atLeast = atLeast;
  }

  static List<Line> of(Path root, int atLeast) {
    RepositoryHistory history = new RepositoryHistory(atLeast);
    history.readLog(root);
    for (int pass = 0; history.lines.size() < atLeast; pass++) {
      history.readFiles(root, pass);
    }
    return List.copyOf(history.lines);
  }

  private void readLog(Path root) {
    try {
      Process log = new ProcessBuilder("git", "-C", root.toString(), "log", "--reverse", "--patch", "--no-color",
          "--no-renames", "--unified=0", "--format=commit %H").redirectError(Redirect.DISCARD).start();
      try (BufferedReader output = log.inputReader()) {
        readPatches(output);
      } finally {
        log.destroyForcibly();
      }
    } catch (IOException e) {
      System.out.println("no git history to read: " + e.getMessage());
    }
  }

  private void readPatches(BufferedReader output) throws IOException {
    String commit = "";
    String file = "";
    String text;
    while (lines.size() < MOST_LINES && (text = output.readLine()) != null) {
      if (text.startsWith("commit ")) {
        commit = text.substring("commit ".length());
      } else if (text.startsWith("+++ b/")) {
        file = text.substring("+++ b/".length());
      } else if (text.startsWith("+") && !text.startsWith("+++ ")) {
        add(file, WireJson.mapper().createObjectNode().put("commit", commit), text.substring(1));
      }
    }
  }

  private void readFiles(Path root, int pass) {
    int before = lines.size();
    try (Stream<Path> all = Files.walk(root)) {
      all.filter(RepositoryHistory::isSource).sorted().forEach(path -> readFile(root, path, pass));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (lines.size() == before) {
      throw new IllegalStateException("no sources below " + root);
    }
  }

  private static boolean isSource(Path path) {
    String name = path.toString();
    return (name.endsWith(".java") || name.endsWith(".md") || name.endsWith(".xml")) && !name.contains("/target/")
        && Files.isRegularFile(path);
  }

  private void readFile(Path root, Path path, int pass) {
    try {
      for (String text : Files.readAllLines(path)) {
        if (lines.size() < atLeast) {
          add(root.relativize(path).toString(), WireJson.mapper().createObjectNode().put("pass", pass), text);
        }
      }
    } catch (MalformedInputException e) {
      System.out.println("not text: " + path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(String file, ObjectNode from, String text) {
    ObjectNode line = from.put("file", file).put("number", lines.size()).put("text", text);
    lines.add(new Line(file, line.toString()));
  }
}
