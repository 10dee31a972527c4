/**
 * Maps with stacks in their keys as flame graphs: folded text, and pictures in SVG. Pure.
 *
 * <p>A row's stacks are taken from the last to the first, so that {@code @[kstack, ustack]} is one
 * from the program's start into the kernel; what else is in the key stands in front of them.
 */
@NullMarked
package jbt.cli.flame;

import org.jspecify.annotations.NullMarked;
