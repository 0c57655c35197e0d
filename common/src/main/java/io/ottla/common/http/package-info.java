/** The HTTP plumbing both services share: the internal server and the clients to peers. */
@NullMarked
package io.ottla.common.http;

import org.jspecify.annotations.NullMarked;
