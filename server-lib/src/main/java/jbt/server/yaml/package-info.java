/** YAML files whose every mistake is reported with its line and column. */
@NullMarked
package jbt.server.yaml;

import org.jspecify.annotations.NullMarked;
