/**
 * From messages of the wire to what a person or a program reads, as text and as JSON. Pure: no
 * clock, no thread, no terminal, no file.
 */
@NullMarked
package jbt.cli.render;

import org.jspecify.annotations.NullMarked;
