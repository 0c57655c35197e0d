/** What a controller answers on the internal listener. */
@NullMarked
package io.ottla.controller.http.inbound;

import org.jspecify.annotations.NullMarked;
