/** One script on this host, from start to final report. */
@NullMarked
package jbt.daemon.session;

import org.jspecify.annotations.NullMarked;
