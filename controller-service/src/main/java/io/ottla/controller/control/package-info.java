/** What the active controller decides: pure functions from an image and a request to records and a reply. */
@NullMarked
package io.ottla.controller.control;

import org.jspecify.annotations.NullMarked;
