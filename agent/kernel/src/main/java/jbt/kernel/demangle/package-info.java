/**
 * What compilers made of names, turned back: C++ by the Itanium ABI, Rust in both of its ways.
 *
 * <p>Names come from files that nobody vouches for: what is not understood, too deep or too long
 * stays as it is.
 */
@NullMarked
package jbt.kernel.demangle;

import org.jspecify.annotations.NullMarked;
