package jbt.daemon;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The locale of whoever started us: the launchers give Java one of theirs. */
public final class UserLocale {
  private static final String OURS = "LC_ALL";
  private static final String THEIRS = "JBT_LC_ALL";

  private UserLocale() {}

  /** Puts it back into the environment of a process that is to be started. */
  public static ProcessBuilder restore(ProcessBuilder builder) {
    Map<String, String> environment = builder.environment();
    @Nullable String theirs = environment.remove(THEIRS);
    if (theirs != null && theirs.isEmpty()) {
      environment.remove(OURS);
    } else if (theirs != null) {
      environment.put(OURS, theirs);
    }
    return builder;
  }
}
