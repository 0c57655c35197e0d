/** Micro-benchmarks of the data path; {@code java -cp ... org.openjdk.jmh.Main io.ottla.benchmarks.micro} runs them. */
@NullMarked
package io.ottla.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
