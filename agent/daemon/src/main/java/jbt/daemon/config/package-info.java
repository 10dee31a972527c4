/** The agent's configuration file. */
@NullMarked
package jbt.daemon.config;

import org.jspecify.annotations.NullMarked;
