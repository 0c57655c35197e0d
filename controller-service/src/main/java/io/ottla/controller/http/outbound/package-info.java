/** What a controller asks of the other controllers. */
@NullMarked
package io.ottla.controller.http.outbound;

import org.jspecify.annotations.NullMarked;
