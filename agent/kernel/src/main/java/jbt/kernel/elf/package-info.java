/** Executables and libraries: sections, segments, symbols and notes of 64-bit ELF files. */
@NullMarked
package jbt.kernel.elf;

import org.jspecify.annotations.NullMarked;
