/** Tests of replicas with their threads. */
@NullMarked
package io.ottla.broker.runtime;

import org.jspecify.annotations.NullMarked;
