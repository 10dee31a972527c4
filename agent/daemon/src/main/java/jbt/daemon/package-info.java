/** The agent: the tracing service of one host, in a daemon or in the client's own process. */
@NullMarked
package jbt.daemon;

import org.jspecify.annotations.NullMarked;
