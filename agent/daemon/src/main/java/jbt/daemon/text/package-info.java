/** Records of printf and time to text. */
@NullMarked
package jbt.daemon.text;

import org.jspecify.annotations.NullMarked;
