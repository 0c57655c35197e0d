package io.ottla.broker.http.api.v2;

import java.util.List;
import java.util.SortedMap;

/**
 * A topic's description.
 *
 * @param configs all settings in force, by name
 */
public record TopicView(String name, SortedMap<String, String> configs, List<PartitionView> partitions) {}
