/** The doors of the agent: TCP with mutual TLS, and a Unix socket for root. */
@NullMarked
package jbt.daemon.server;

import org.jspecify.annotations.NullMarked;
