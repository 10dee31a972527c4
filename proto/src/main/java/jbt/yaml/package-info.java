/** YAML files whose every mistake is reported with its line and column. */
@NullMarked
package jbt.yaml;

import org.jspecify.annotations.NullMarked;
