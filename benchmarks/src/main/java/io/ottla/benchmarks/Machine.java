package io.ottla.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What the figures were measured on, from {@code /proc}; empty or zero where there is none. */
public final class Machine {
  private static final int FORCES = 200;

  private Machine() {
  }

  /** The processor's name. */
  public static String cpuModel() {
    return lines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse("unknown");
  }

  /** The line of {@code /proc/loadavg}. */
  public static String loadAverage() {
    List<String> lines = lines(Path.of("/proc/loadavg"));
    return lines.isEmpty() ? "" : lines.getFirst();
  }

  /** Resident memory per node id, bytes. */
  public static SequencedMap<Integer, Long> residentBytes(ClusterStatus status) {
    SequencedMap<Integer, Long> bytes = new LinkedHashMap<>();
    status.nodes().forEach(node -> node.pid().ifPresent(pid -> bytes.put(node.id(), residentBytes(pid))));
    return bytes;
  }

  /** Resident memory of a process, bytes. */
  public static long residentBytes(long pid) {
    return lines(Path.of("/proc/" + pid + "/status")).stream().filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024).findFirst().orElse(0);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Median time to write 4 KiB at the end of a file and force it, microseconds: what an ack costs at least. */
  public static long forceMicros(Path directory) {
    Path file = directory.resolve("force-probe");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE)) {
      ByteBuffer page = ByteBuffer.allocateDirect(4096);
      long[] nanos = new long[FORCES];
      for (int i = 0; i < FORCES; i++) {
        long before = System.nanoTime();
        channel.write(page.rewind());
        channel.force(false);
        nanos[i] = System.nanoTime() - before;
      }
      Arrays.sort(nanos);
      return nanos[FORCES / 2] / 1_000;
    } catch (IOException e) {
      throw new BenchmarkFailure("cannot write in " + directory, e);
    }
  }
}
