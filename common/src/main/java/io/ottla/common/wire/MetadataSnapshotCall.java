package io.ottla.common.wire;

/**
 * {@code GET /cluster/v1/snapshot} of a controller: the state in its newest snapshot (M35), as written by
 * {@link io.ottla.common.metadata.ImageSnapshot}, streamed. What it is of is said in headers, since it is known before the body is.
 */
public final class MetadataSnapshotCall {
  /** Path of the call. */
  public static final String PATH = "/cluster/v1/snapshot";
  /** Media type of the body: lines of JSON. */
  public static final String MEDIA_TYPE = "application/x-ndjson";
  /** Header with the index of the last entry in the snapshot. */
  public static final String INDEX_HEADER = "Ottla-Snapshot-Index";
  /** Header with that entry's term. */
  public static final String TERM_HEADER = "Ottla-Snapshot-Term";
  /** Header with the id of the cluster. */
  public static final String CLUSTER_HEADER = "Ottla-Cluster-Id";

  private MetadataSnapshotCall() {
  }
}
