/**
 * The client program: arguments, certificates on disk, and which service to talk to.
 *
 * <p>Which classes a run loads is its start-up time, so each way through {@link Main} touches only
 * what it needs: no Netty and no TLS without a remote target, Bouncy Castle only for {@code pki}.
 */
@NullMarked
package jbt.cli;

import org.jspecify.annotations.NullMarked;
