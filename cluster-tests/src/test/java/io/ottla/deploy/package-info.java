/** The deployment files, checked without a cluster: strict schema, and what the pieces must agree on. */
@NullMarked
package io.ottla.deploy;

import org.jspecify.annotations.NullMarked;
