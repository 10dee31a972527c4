/** {@code jbt-collector}: a collector as a server of its own. */
@NullMarked
package jbt.server.service;

import org.jspecify.annotations.NullMarked;
