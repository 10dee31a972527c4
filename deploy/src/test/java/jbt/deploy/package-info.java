/** The system as a whole: real processes, real kernels, what the modules may know of each other. */
@NullMarked
package jbt.deploy;

import org.jspecify.annotations.NullMarked;
