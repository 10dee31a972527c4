/** The programs and libraries of this host, for probes in them. */
@NullMarked
package jbt.kernel.binaries;

import org.jspecify.annotations.NullMarked;
