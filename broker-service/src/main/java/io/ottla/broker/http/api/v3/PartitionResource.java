package io.ottla.broker.http.api.v3;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A partition.
 *
 * @param leader the leading replica; absent without one
 */
public record PartitionResource(String kind, Metadata metadata, String clusterId, String topicName, int partitionId,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Link leader, Link replicas, Link reassignment) {}
