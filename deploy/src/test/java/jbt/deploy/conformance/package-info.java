/** Scripts with their exact output, in files of rows. */
@NullMarked
package jbt.deploy.conformance;

import org.jspecify.annotations.NullMarked;
