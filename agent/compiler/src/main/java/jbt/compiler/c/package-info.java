/** The C in a script: its preprocessor, and declarations of types. */
@NullMarked
package jbt.compiler.c;

import org.jspecify.annotations.NullMarked;
