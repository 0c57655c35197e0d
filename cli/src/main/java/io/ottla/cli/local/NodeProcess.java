package io.ottla.cli.local;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The operating system's side of one node: started detached from this command, found again by its pid file, told apart from a stranger
 * that inherited its pid by the marker in its command line.
 */
public final class NodeProcess {
  private static final long LOG_TAIL_BYTES = 64 << 10;
  private static final int EXEC_LOOKS = 20;
  private static final long EXEC_PAUSE_NS = 1_000_000;
  private static final Path PROC = Path.of("/proc");
  private final DataDirectory directory;
  private final NodeSpec node;

  public NodeProcess(DataDirectory directory, NodeSpec node) {
    this.directory = directory;
    this.node = node;
  }

  public NodeSpec node() {
    return node;
  }

  /** The JVM argument by which a process is known to be this node, and no other cluster's. */
  public String marker() {
    return "-Dottla.node=" + directory.nodeData(node);
  }

  /** The running process, or empty: no pid file, no such process, or a stranger under a reused pid. */
  public Optional<ProcessHandle> running() {
    return pid().flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive).filter(this::isThisNode);
  }

  private Optional<Long> pid() {
    try {
      return Optional.of(Long.parseLong(Files.readString(directory.pidFile(node)).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private boolean isThisNode(ProcessHandle process) {
    Path commandLine = PROC.resolve(process.pid() + "/cmdline");
    if (Files.exists(commandLine)) {
      // Between fork and exec it is empty for an instant.
      for (int look = 0; look < EXEC_LOOKS && process.isAlive(); look++) {
        String text = text(commandLine);
        if (!text.isEmpty())
          return List.of(text.split("\0")).contains(marker());
        LockSupport.parkNanos(EXEC_PAUSE_NS);
      }
      return false;
    }
    return process.info().commandLine().map(line -> line.contains(marker())).orElse(false);
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Starts the command as this node, in a session of its own so that a Ctrl-C here does not reach it. */
  public ProcessHandle start(List<String> command) {
    try {
      Files.createDirectories(directory.nodeData(node));
      Files.createDirectories(directory.logFile(node).getParent());
      Files.createDirectories(directory.pidFile(node).getParent());
      List<String> detached = new ArrayList<>();
      if (Files.isExecutable(Path.of("/usr/bin/setsid")))
        detached.add("/usr/bin/setsid");
      detached.addAll(command);
      ProcessBuilder builder = new ProcessBuilder(detached).directory(directory.root().toFile());
      // Nodes read OTTLA_* as settings; those of this command (OTTLA_SERVER and the like) are none of theirs.
      builder.environment().keySet().removeIf(name -> name.startsWith("OTTLA_"));
      Process process = builder.redirectInput(new File("/dev/null")).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.logFile(node).toFile())).start();
      writePid(process.pid());
      return process.toHandle();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot start " + node.title() + ": " + e.getMessage());
    }
  }

  private void writePid(long pid) throws IOException {
    Path draft = directory.pidFile(node).resolveSibling(directory.pidFile(node).getFileName() + ".new");
    Files.writeString(draft, pid + "\n");
    Files.move(draft, directory.pidFile(node), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Asks the process to stop. A suspended one is continued, else it could not hear it. */
  public static void terminate(ProcessHandle process) {
    process.destroy();
    if (isSuspended(process))
      signal(process, "CONT");
  }

  /** Waits until the process is gone; false when it is still there after {@code limit}. */
  public static boolean awaitExit(ProcessHandle process, Duration limit) throws InterruptedException {
    try {
      process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (java.util.concurrent.TimeoutException e) {
      return !process.isAlive();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Forgets a process that is gone. */
  public void clearPid() {
    try {
      Files.deleteIfExists(directory.pidFile(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the process stands still under SIGSTOP. */
  public static boolean isSuspended(ProcessHandle process) {
    try {
      String stat = Files.readString(PROC.resolve(process.pid() + "/stat"));
      // The state letter follows the command in brackets, which itself may hold anything.
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  private static void signal(ProcessHandle process, String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The last lines of the node's log. */
  public List<String> logTail(int lines) {
    try (FileChannel channel = FileChannel.open(directory.logFile(node), StandardOpenOption.READ)) {
      long start = Math.max(0, channel.size() - LOG_TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - start));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) > 0) {
        // Until the end, or what was its end when it was measured.
      }
      List<String> all = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
