/** Micro-benchmarks of the data path and of metadata; {@code benchmarks/micro.sh} runs them. */
@NullMarked
package io.ottla.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
