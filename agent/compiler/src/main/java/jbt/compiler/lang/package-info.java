/** Lexer, parser, syntax tree, source positions and diagnostics. */
@NullMarked
package jbt.compiler.lang;

import org.jspecify.annotations.NullMarked;
