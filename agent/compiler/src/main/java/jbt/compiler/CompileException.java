package jbt.compiler;

import java.io.Serial;

/** The script has errors; the message is all of them as a person should see them. */
public final class CompileException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /** Whether the only errors are probes that match nothing on the target. */
  private final boolean noMatch;

  public CompileException(String rendered, boolean noMatch) {
    super(rendered);
    this.noMatch = noMatch;
  }

  public boolean noMatch() {
    return noMatch;
  }
}
