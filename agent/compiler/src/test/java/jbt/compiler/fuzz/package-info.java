/** Scripts that nobody would write: each compiles or is refused with a message. */
@NullMarked
package jbt.compiler.fuzz;

import org.jspecify.annotations.NullMarked;
