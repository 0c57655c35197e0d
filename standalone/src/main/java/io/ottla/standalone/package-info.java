/** Both roles in one process: a controller and a broker that share nothing but the process and its internal listener. */
@NullMarked
package io.ottla.standalone;

import org.jspecify.annotations.NullMarked;
