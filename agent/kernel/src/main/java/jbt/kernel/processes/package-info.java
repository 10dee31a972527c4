/** What processes have in memory. */
@NullMarked
package jbt.kernel.processes;

import org.jspecify.annotations.NullMarked;
