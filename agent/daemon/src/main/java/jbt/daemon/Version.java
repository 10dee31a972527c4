package jbt.daemon;

/** The version of this program. */
public final class Version {
  private Version() {}

  public static final String TEXT = "0.1.0";
}
