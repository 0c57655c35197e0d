/** The catalogue of error codes, and the three kinds of answer: refused, failed, unknown. */
@NullMarked
package io.ottla.common.error;

import org.jspecify.annotations.NullMarked;
