/** The API's description: what the code tells of itself, completed with words and examples. */
@NullMarked
package io.ottla.broker.http.api.docs;

import org.jspecify.annotations.NullMarked;
