/** Types of the language and their layout in kernel memory. */
@NullMarked
package jbt.compiler.types;

import org.jspecify.annotations.NullMarked;
