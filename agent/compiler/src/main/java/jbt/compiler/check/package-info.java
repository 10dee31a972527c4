/** Names, types, probe expansion: every error that a user can make is found here. */
@NullMarked
package jbt.compiler.check;

import org.jspecify.annotations.NullMarked;
