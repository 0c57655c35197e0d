/** The resource-style administration paths under {@code /v3}: clusters, brokers, topics, partitions, replicas. */
@NullMarked
package io.ottla.broker.http.api.v3;

import org.jspecify.annotations.NullMarked;
