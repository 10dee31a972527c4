/** Kernel memory to the wire's typed values: schemas, canonical bytes, rows. */
@NullMarked
package jbt.daemon.values;

import org.jspecify.annotations.NullMarked;
