/** An eBPF machine in Java: the oracle for generated code. */
@NullMarked
package jbt.compiler.interpreter;

import org.jspecify.annotations.NullMarked;
