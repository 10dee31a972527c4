/**
 * Debug information of programs: what functions take and what structs consist of. DWARF 4 and 5 as
 * gcc, clang and rustc write them into the program itself or a file beside it; not split (dwo), not
 * shared between files (dwz).
 *
 * <p>Nothing in it is believed: what points out of its section ends the reading.
 */
@NullMarked
package jbt.kernel.dwarf;

import org.jspecify.annotations.NullMarked;
