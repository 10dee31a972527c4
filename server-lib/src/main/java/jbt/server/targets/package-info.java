/** Which hosts a person means, what they are called together, and where they are. */
@NullMarked
package jbt.server.targets;

import org.jspecify.annotations.NullMarked;
