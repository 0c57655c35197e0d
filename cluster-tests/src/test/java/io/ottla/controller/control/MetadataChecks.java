package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import java.util.List;

/** I15 to I19 on every entry of a committed log, for simulations. */
public final class MetadataChecks {
  private final ImageInvariants invariants = new ImageInvariants();

  /** Checks one entry that led from one image to the next; throws an {@link AssertionError} that names the invariant. */
  public void check(MetadataImage before, List<MetadataRecord> records, MetadataImage after) {
    invariants.check(before, records, after);
  }
}
