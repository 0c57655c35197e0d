/** Puts a broker together: every bean is made here, explicitly, and only here. */
@NullMarked
package io.ottla.broker.boot;

import org.jspecify.annotations.NullMarked;
