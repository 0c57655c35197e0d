@NullMarked
package io.ottla.benchmarks.history;

import org.jspecify.annotations.NullMarked;
