package jbt.kernel.elf;

import java.io.IOException;
import java.io.Serial;

/** A file is not a usable 64-bit little-endian ELF file. The message says which and why. */
public final class ElfException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  ElfException(String file, String problem) {
    super(file + ": " + problem);
  }
}
