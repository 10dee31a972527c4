/** What addresses and ids of the kernel and of processes are called. */
@NullMarked
package jbt.kernel.symbols;

import org.jspecify.annotations.NullMarked;
