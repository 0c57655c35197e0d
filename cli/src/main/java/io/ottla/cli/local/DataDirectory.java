package io.ottla.cli.local;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where one local cluster keeps everything: {@code cluster.json}, {@code node-ID/} with a node's data, {@code logs/} and {@code run/}
 * (pid files). Two clusters never share one.
 */
public record DataDirectory(Path root) {
  private static final String STATE_FILE = "cluster.json";

  public DataDirectory {
    root = root.toAbsolutePath().normalize();
  }

  public Path nodeData(NodeSpec node) {
    return root.resolve("node-" + node.id());
  }

  public Path logFile(NodeSpec node) {
    return root.resolve("logs").resolve("node-" + node.id() + ".log");
  }

  public Path pidFile(NodeSpec node) {
    return root.resolve("run").resolve("node-" + node.id() + ".pid");
  }

  /** The layout stored here, if a cluster was ever started here. */
  public Optional<ClusterSpec> load() {
    Path file = root.resolve(STATE_FILE);
    if (!Files.exists(file))
      return Optional.empty();
    try {
      ClusterSpec spec = Json.mapper().readValue(file.toFile(), ClusterSpec.class);
      if (spec.version() != ClusterSpec.VERSION) {
        throw new CommandFailure(ExitCode.FAILED,
            file + " has version " + spec.version() + ", this ottla knows version " + ClusterSpec.VERSION);
      }
      return Optional.of(spec);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot read " + file + ": " + e.getMessage());
    }
  }

  /** The layout stored here; fails with "not found" when there is none. */
  public ClusterSpec require() {
    return load().orElseThrow(() -> new CommandFailure(ExitCode.NOT_FOUND, "no local cluster in " + root,
        "`ottla up` starts one, `--data-dir DIR` names another place"));
  }

  /** Stores the layout; a reader sees the old or the new one, never half of it. */
  public void store(ClusterSpec spec) {
    try {
      Files.createDirectories(root.resolve("logs"));
      Files.createDirectories(root.resolve("run"));
      Path draft = root.resolve(STATE_FILE + ".new");
      Files.writeString(draft, Json.pretty(spec) + "\n");
      Files.move(draft, root.resolve(STATE_FILE), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot write to " + root + ": " + e.getMessage(),
          "`--data-dir DIR` chooses another place");
    }
  }

  /** Does the work while no other {@code up}, {@code down} or {@code node} command works on this directory. */
  public void exclusively(Work work) throws InterruptedException {
    try {
      Files.createDirectories(root);
      try (FileChannel channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE,
          StandardOpenOption.WRITE)) {
        if (tryLock(channel) == null) {
          throw new CommandFailure(ExitCode.CONFLICT, "another ottla command is working on " + root,
              "wait for it to finish, then run this again");
        }
        work.run();
      }
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot work in " + root + ": " + e.getMessage(),
          "`--data-dir DIR` chooses another place");
    }
  }

  /** What {@link #exclusively(Work)} does. */
  public interface Work {
    void run() throws InterruptedException;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Removes the whole directory. Refuses one that holds no cluster, so that a mistyped path costs nothing. */
  public void wipe() {
    if (!Files.exists(root.resolve(STATE_FILE))) {
      throw new CommandFailure(ExitCode.NOT_FOUND, "no local cluster in " + root + ", nothing removed");
    }
    try {
      // The state file goes last: a wipe that was cut short can be run again.
      Files.walkFileTree(root, new Deleting(root.resolve(STATE_FILE)));
      Files.deleteIfExists(root.resolve(STATE_FILE));
      Files.deleteIfExists(root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    private final Path kept;

    Deleting(Path kept) {
      this.kept = kept;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (!file.equals(kept))
        Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
      if (failure != null)
        throw failure;
      if (!directory.equals(kept.getParent()))
        Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
