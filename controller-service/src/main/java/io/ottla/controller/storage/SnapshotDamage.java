package io.ottla.controller.storage;

/** A file is not a whole snapshot; the message continues a sentence that begins with the file's name. */
final class SnapshotDamage extends Exception {
  private static final long serialVersionUID = 1L;

  SnapshotDamage(String found) {
    super(found);
  }

  /** Never null, unlike {@link #getMessage}. */
  String found() {
    return String.valueOf(getMessage());
  }
}
