/** Machine code: where instructions begin. */
@NullMarked
package jbt.kernel.code;

import org.jspecify.annotations.NullMarked;
