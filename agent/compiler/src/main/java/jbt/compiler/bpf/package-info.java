/** The eBPF instruction set: instructions, labels, encoding, printing. */
@NullMarked
package jbt.compiler.bpf;

import org.jspecify.annotations.NullMarked;
