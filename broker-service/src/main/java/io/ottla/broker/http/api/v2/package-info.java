/** The record paths and the metadata paths of the Kafka REST dialect: produce, read, topics and brokers. */
@NullMarked
package io.ottla.broker.http.api.v2;

import org.jspecify.annotations.NullMarked;
