/** Puts a controller together and runs it: settings, beans, health, start and stop. */
@NullMarked
package io.ottla.controller.boot;

import org.jspecify.annotations.NullMarked;
