package io.ottla.cli;

import io.ottla.cli.terminal.Console;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command knows of the world around it.
 *
 * @param home  the project's directory, where applications are built and the default data directories are
 * @param java  the {@code java} executable that starts nodes
 */
public record Context(Console console, Path home, String java, Map<String, String> environment) {
  /** Where {@code up} keeps its cluster unless told otherwise. */
  public Path defaultClusterDirectory() {
    String chosen = environment.get("OTTLA_DATA_DIR");
    return chosen == null ? home.resolve(".ottla").resolve("cluster") : Path.of(chosen);
  }

  /** Where {@code dev} keeps its node unless told otherwise. */
  public Path defaultDevDirectory() {
    String chosen = environment.get("OTTLA_DATA_DIR");
    return chosen == null ? home.resolve(".ottla").resolve("dev") : Path.of(chosen);
  }
}
