/** How configured controllers become one quorum, by unanimity and once (Q1); pure, over ports for disk and peers. */
@NullMarked
package io.ottla.controller.formation;

import org.jspecify.annotations.NullMarked;
