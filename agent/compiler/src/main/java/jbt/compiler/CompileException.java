package jbt.compiler;

import java.io.Serial;

/** The script has errors; the message is all of them as a person should see them. */
public final class CompileException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /** Whether the only errors are probes that match nothing on the target. */
  private final boolean noMatch;

  /** Whether the only errors are things that the host does not allow. */
  private final boolean refused;

  public CompileException(String rendered, boolean noMatch, boolean refused) {
    super(rendered);
    this.noMatch = noMatch;
    this.refused = refused;
  }

  public CompileException(String rendered, boolean noMatch) {
    this(rendered, noMatch, false);
  }

  public boolean refused() {
    return refused;
  }

  public boolean noMatch() {
    return noMatch;
  }
}
