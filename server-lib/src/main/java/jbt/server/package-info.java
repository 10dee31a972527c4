/**
 * The collector: fans one session out to many hosts and merges what returns.
 *
 * <p>{@code targets} names hosts, {@code merge} and {@code rounds} are the algebra, {@code
 * channels} reaches other machines.
 */
@NullMarked
package jbt.server;

import org.jspecify.annotations.NullMarked;
