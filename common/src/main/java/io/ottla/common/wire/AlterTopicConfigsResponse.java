package io.ottla.common.wire;

/** @param metadataIndex index of the entry with the change; of an earlier one when nothing had to be changed */
public record AlterTopicConfigsResponse(long metadataIndex) {}
