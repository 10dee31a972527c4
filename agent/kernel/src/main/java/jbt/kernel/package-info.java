/**
 * What a plan becomes on a running kernel: maps, programs, links, ring buffers; and what the
 * compiler wants to know about this host.
 *
 * <p>System calls are made in {@link jbt.kernel.sys} only. Everything that owns a file descriptor
 * or a mapping is a final class whose {@code close} may be called again.
 */
@NullMarked
package jbt.kernel;

import org.jspecify.annotations.NullMarked;
