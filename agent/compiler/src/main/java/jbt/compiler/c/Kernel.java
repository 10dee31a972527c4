package jbt.compiler.c;

import java.util.OptionalInt;

/**
 * What directives of a script may ask of the kernel that it is compiled for. Nothing is asked that
 * the script does not want to know: to read a kernel's types takes longer than all else.
 */
public interface Kernel {
  /** Whether it tells of its types. */
  boolean tellsTypes();

  /** Its version as LINUX_VERSION_CODE has it; empty if it is not known. */
  OptionalInt version();
}
