/** What the compiler asks of the host that it compiles for. */
@NullMarked
package jbt.compiler.target;

import org.jspecify.annotations.NullMarked;
