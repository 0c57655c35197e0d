package io.ottla.broker.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The boot of this machine and the mount a directory is on. While both are the same, the page cache has lost nothing that was written, however
 * the process ended (M12). In doubt they differ: another mount namespace, as of a container made anew, counts as another mount.
 */
public final class MachineIdentity {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_ID = 0;
  private static final int DEVICE = 2;
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;

  private MachineIdentity() {
  }

  /** One line that names both, or an empty one where the system does not tell. */
  public static String of(Path directory) {
    try {
      return of(Files.readString(BOOT_ID), Files.readAllLines(MOUNTS), directory.toRealPath());
    } catch (IOException e) {
      return "";
    }
  }

  static String of(String bootId, List<String> mounts, Path directory) {
    String best = "";
    int depth = -1;
    for (String line : mounts) {
      String[] fields = line.split(" ");
      if (fields.length > MOUNT_POINT) {
        // A space in a mount point is written as \040. The last of equal mount points is on top.
        Path point = Path.of(fields[MOUNT_POINT].replace("\\040", " "));
        if (directory.startsWith(point) && point.getNameCount() >= depth) {
          depth = point.getNameCount();
          best = fields[MOUNT_ID] + " " + fields[DEVICE] + " " + fields[ROOT] + " " + fields[MOUNT_POINT];
        }
      }
    }
    return best.isEmpty() || bootId.isBlank() ? "" : "boot " + bootId.strip() + " mount " + best;
  }
}
