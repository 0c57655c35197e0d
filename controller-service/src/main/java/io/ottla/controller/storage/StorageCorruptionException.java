package io.ottla.controller.storage;

/**
 * Files are damaged in a way that a crash cannot explain, so entries or promises this voter once acknowledged may be missing (Q41, Q45). The
 * node must not take part in the quorum with this directory. The message names the file, what was found, and what the operator does.
 */
public final class StorageCorruptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The one repair of a directory that may have forgotten something; docs/recovery.md tells it at length. */
  private static final String REPAIR = " Something this controller once acknowledged may be missing, so it must not vote with"
      + " this directory. As long as a majority of the other controllers is sound: keep a copy of the directory, empty it,"
      + " and start the node again, with the other controllers in its controller.quorum.bootstrap.servers if it is its only"
      + " initial voter; it comes back as an observer under a new directory id. Then"
      + " `ottla quorum add-voter <id>`, and then `ottla quorum remove-voter <id> --directory <old id>`"
      + " (see docs/recovery.md).";

  /**
   * Says what was found; the repair is added.
   *
   * @param file path of the damaged file or of the directory; the sentence begins with it
   * @param found the rest of the sentence, without the full stop
   */
  StorageCorruptionException(String file, String found) {
    super(file + " " + found + "." + REPAIR);
  }
}
