/** What clients of a cluster did and were told, and the program that holds it against the promises. */
@NullMarked
package io.ottla.benchmarks.history;

import org.jspecify.annotations.NullMarked;
