/**
 * Values of maps: reading the columns of the wire, the merge algebra, and typed values to show.
 *
 * <p>Everything here is a pure function of messages. Keys are compared as their canonical bytes and
 * never decoded to merge; {@link jbt.server.merge.Decode} makes typed values of the result.
 */
@NullMarked
package jbt.server.merge;

import org.jspecify.annotations.NullMarked;
