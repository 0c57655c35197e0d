package io.ottla.controller.storage;

import java.util.List;

/**
 * One directory of files, as far as the controllers' storage needs one; the test double loses what was not forced. Failures throw
 * {@link java.io.UncheckedIOException}. Changes of names are durable after {@link #force} only.
 */
interface Directory {
  /** Ends the name of what is being written in place of a file, or to become one; a start removes what is left of it. */
  String TEMPORARY = ".tmp";

  /** For messages. */
  String path();

  /** Path of a file in it, for messages. */
  default String pathOf(String name) {
    return path() + "/" + name;
  }

  /** Names of the files in it, sorted. */
  List<String> names();

  /** Whether the file exists. */
  boolean exists(String name);

  /** Opens for reading and writing; creates an empty file when there is none. */
  DiskFile open(String name);

  /** Renames over whatever has the new name, in one step. */
  void rename(String from, String to);

  /** Removes a file. */
  void delete(String name);

  /** Makes creations, renames and removals durable. */
  void force();

  /** Replaces a file so that a crash leaves the old content or the new, whole; durable on return. */
  default void replace(String name, byte[] content) {
    String temporary = name + TEMPORARY;
    if (exists(temporary)) {
      delete(temporary);
    }
    try (DiskFile file = open(temporary)) {
      file.write(java.nio.ByteBuffer.wrap(content), 0);
      file.force();
    }
    rename(temporary, name);
    force();
  }

  /** The whole content of a file. */
  default byte[] read(String name) {
    try (DiskFile file = open(name)) {
      return file.readAll();
    }
  }
}
