package io.ottla.common.wire;

import java.util.UUID;

/**
 * {@code POST /replica/v1/delete-records}: asks a partition's leader to delete the oldest records.
 *
 * @param offset the first offset to keep, or {@link ForwardReadRequest#LATEST} for the high watermark
 */
public record DeleteRecordsRequest(String clusterId, UUID topicId, int partition, long offset) {}
