package jbt.compiler.check;

/** Functions of the language that a program calculates; arguments in the order of the script. */
public enum Function {
  /** Of a text: bytes before its NUL. */
  STRLEN,
  /** Of two texts: where the second begins in the first, -1 if it is not in there. */
  STRSTR,
  /** Of two texts and a literal: 0 if so many first bytes are equal up to their NUL, else 1. */
  STRNCMP,
  /** Of two texts: one behind the other, cut off at the type's size. */
  CONCAT,
  /** Of a pointer and perhaps a number of bytes; of a text. At most the type's size is kept. */
  BUFFER,
  /** Of two pointers and a literal number of bytes: 0 if they are equal, else 1. */
  MEMCMP
}
