/** Real processes, real clients, and everything that goes wrong in a data centre; the history is judged by another program. */
@NullMarked
package io.ottla.benchmarks.campaign;

import org.jspecify.annotations.NullMarked;
