/** Three-address code on virtual registers, and its passes. */
@NullMarked
package jbt.compiler.ir;

import org.jspecify.annotations.NullMarked;
