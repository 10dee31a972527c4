/**
 * One run of a script: from Start to the last host's final report, with signals, status line,
 * output and exit code. What things look like is decided in {@code render}.
 */
@NullMarked
package jbt.cli.session;

import org.jspecify.annotations.NullMarked;
