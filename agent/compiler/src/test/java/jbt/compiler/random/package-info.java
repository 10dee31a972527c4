/** Random well-typed scripts, and what they must do by the rules of the language. */
@NullMarked
package jbt.compiler.random;

import org.jspecify.annotations.NullMarked;
