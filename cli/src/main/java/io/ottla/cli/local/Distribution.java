package io.ottla.cli.local;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The applications as they are run: each executable jar unpacked once (a nested jar cannot use the JVM's caches), beside it the AOT cache
 * that lets it start in a fraction of the time. A new build goes to a new directory, so that nodes that still run keep theirs.
 */
public final class Distribution {
  private static final String CACHE_NAME = "ottla.aot";
  private static final int STAMP_LENGTH = 16;
  private final Path home;
  private final String java;

  /** @param home the project's directory */
  public Distribution(Path home, String java) {
    this.home = home;
    this.java = java;
  }

  /** One application, ready to start. */
  public record Packaged(Path jar, Optional<Path> aotCache) {
    /** Where the cache is or would be. */
    public Path cachePath() {
      return jar.resolveSibling(CACHE_NAME);
    }
  }

  /** The application of the present build, unpacked if it was not yet. */
  public Packaged unpacked(App app) {
    Path source = executableJar(app);
    Path target = dist().resolve(app.module() + "-" + stamp(app, source));
    Path jar = target.resolve(source.getFileName());
    if (!Files.exists(jar)) {
      unpack(source, target);
      prune(app, target);
    }
    Path cache = target.resolve(CACHE_NAME);
    return new Packaged(jar, Files.exists(cache) ? Optional.of(cache) : Optional.empty());
  }

  /** The file whose lock a training holds. */
  Path trainingLock() {
    return dist().resolve("training.lock");
  }

  private Path dist() {
    return home.resolve(".ottla").resolve("dist");
  }

  private Path executableJar(App app) {
    Path target = home.resolve(app.module()).resolve("target");
    if (Files.isDirectory(target)) {
      try (Stream<Path> files = Files.list(target)) {
        Optional<Path> jar = files.filter(file -> file.getFileName().toString().endsWith("-exec.jar"))
            .max(Comparator.comparingLong(Distribution::modified));
        if (jar.isPresent())
          return jar.get();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new CommandFailure(ExitCode.FAILED, "no executable jar in " + target, "`mvn -DskipTests package` builds it");
  }

  private void unpack(Path source, Path target) {
    Path draft = target.resolveSibling(target.getFileName() + ".new");
    try {
      deleteTree(draft);
      Files.createDirectories(draft.getParent());
      run(List.of(java, "-Djarmode=tools", "-jar", source.toString(), "extract", "--destination", draft.toString()));
      deleteTree(target);
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot unpack " + source + ": " + e.getMessage());
    }
  }

  /** Removes earlier builds of the application that no process runs from. */
  private void prune(App app, Path current) {
    List<String> inUse = ProcessHandle.allProcesses().map(process -> process.info().commandLine().orElse("")).toList();
    try (Stream<Path> builds = Files.list(dist())) {
      for (Path build : builds
          .filter(path -> Files.isDirectory(path) && path.getFileName().toString().startsWith(app.module() + "-"))
          .filter(path -> !path.equals(current)).toList()) {
        if (inUse.stream().noneMatch(line -> line.contains(build.toString())))
          deleteTree(build);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A name for the jar's content, not for its date: builds are reproducible, and a rebuild of the same sources must not cost a new
   * training. Hashing a jar takes a moment, so the result is kept beside the jar's size and change time.
   */
  private String stamp(App app, Path jar) {
    try {
      // Not the modification date: to be reproducible, builds set it to always the same.
      String seen = Files.size(jar) + " " + Files.getAttribute(jar, "unix:ctime") + " ";
      Path memory = dist().resolve(app.module() + ".stamp");
      String remembered = Files.exists(memory) ? Files.readString(memory).strip() : "";
      if (remembered.startsWith(seen))
        return remembered.substring(seen.length());
      String stamp = contentHash(jar);
      Files.createDirectories(dist());
      Files.writeString(memory, seen + stamp + "\n");
      return stamp;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String contentHash(Path jar) throws IOException {
    try (InputStream in = Files.newInputStream(jar)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, STAMP_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long modified(Path file) {
    return file.toFile().lastModified();
  }

  private static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0)
        throw new IOException(output.strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root))
      return;
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
