/** Other machines: channels to agents and collectors, and what went wrong in plain words. */
@NullMarked
package jbt.server.channels;

import org.jspecify.annotations.NullMarked;
