package io.ottla.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;

/**
 * A shell that kills the registered processes when this JVM is gone, however it went: it reads process ids from a pipe whose other end only
 * this JVM holds. The ordinary path stops every node itself; this is for a test JVM that is killed.
 */
final class OrphanGuard implements AutoCloseable {
  private static final String SCRIPT = """
      all=" "
      while read -r sign pid; do
        case "$sign" in
          +) all="$all$pid " ;;
          -) all=$(printf '%s' "$all" | sed "s/ $pid / /") ;;
        esac
      done
      for pid in $all; do kill -9 "$pid" 2>/dev/null; done
      """;

  private final Process shell;
  private final Writer pipe;

  OrphanGuard() {
    try {
      shell = new ProcessBuilder("sh", "-c", SCRIPT).redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pipe = shell.outputWriter(StandardCharsets.UTF_8);
  }

  synchronized void started(long pid) {
    tell("+ " + pid);
  }

  synchronized void ended(long pid) {
    tell("- " + pid);
  }

  private void tell(String line) {
    try {
      pipe.write(line + "\n");
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the guard of the node processes is gone", e);
    }
  }

  /** Ends the guard; whatever is still registered is killed. */
  @Override
  public void close() {
    try {
      pipe.close();
    } catch (IOException e) {
      shell.destroyForcibly();
    }
  }
}
