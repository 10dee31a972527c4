/** Prints of a map, matched across hosts. */
@NullMarked
package jbt.server.rounds;

import org.jspecify.annotations.NullMarked;
