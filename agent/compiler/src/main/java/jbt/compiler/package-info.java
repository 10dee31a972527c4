/**
 * From script text to a loadable plan: a pure function, without clock, files, privileges or kernel.
 */
@NullMarked
package jbt.compiler;

import org.jspecify.annotations.NullMarked;
