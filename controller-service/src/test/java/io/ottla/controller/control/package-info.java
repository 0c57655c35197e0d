/** Tests of the control core. */
@NullMarked
package io.ottla.controller.control;

import org.jspecify.annotations.NullMarked;
