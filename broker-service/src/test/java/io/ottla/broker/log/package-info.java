/** Tests of the partition log, most of them on a disk in memory that loses what was not forced. */
@NullMarked
package io.ottla.broker.log;

import org.jspecify.annotations.NullMarked;
