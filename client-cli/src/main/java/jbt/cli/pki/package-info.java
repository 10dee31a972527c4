/** The certificate authority of a fleet. The only user of Bouncy Castle. */
@NullMarked
package jbt.cli.pki;

import org.jspecify.annotations.NullMarked;
