/**
 * One session of a collector: its hosts, what they said, what goes up.
 *
 * <p>Replies of hosts arrive on many threads and are handled under the session's lock, without
 * blocking; requests to hosts and replies to the asker each leave on a thread of their own, because
 * either may block or call back.
 */
@NullMarked
package jbt.server.session;

import org.jspecify.annotations.NullMarked;
