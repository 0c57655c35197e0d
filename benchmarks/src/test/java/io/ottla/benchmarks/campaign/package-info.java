@NullMarked
package io.ottla.benchmarks.campaign;

import org.jspecify.annotations.NullMarked;
