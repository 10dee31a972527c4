/** What a compilation results in: plain data that the kernel side loads and attaches. */
@NullMarked
package jbt.compiler.plan;

import org.jspecify.annotations.NullMarked;
