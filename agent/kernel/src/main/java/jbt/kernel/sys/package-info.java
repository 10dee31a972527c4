/**
 * System calls through JNA direct mapping, arguments in memory outside the heap.
 *
 * <p>Failures are {@link jbt.kernel.sys.SystemCallException}. Structure layouts are written as
 * offsets, from {@code include/uapi/linux} of the kernel.
 */
@NullMarked
package jbt.kernel.sys;

import org.jspecify.annotations.NullMarked;
