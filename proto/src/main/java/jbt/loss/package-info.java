/** Counting what did not get through; agents and collectors do it alike. */
@NullMarked
package jbt.loss;

import org.jspecify.annotations.NullMarked;
