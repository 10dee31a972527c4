package jbt.compiler.types;

/**
 * Where a struct or union is defined.
 *
 * @param source {@code vmlinux}, a kernel module, or {@link #SCRIPT}
 * @param id of the definition there
 */
public record Origin(String source, int id) {
  /** What the script itself declares. */
  public static final String SCRIPT = "script";
}
