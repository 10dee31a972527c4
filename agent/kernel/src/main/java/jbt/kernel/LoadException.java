package jbt.kernel;

import java.io.Serial;
import java.util.Optional;
import jbt.compiler.lang.SourceRange;
import jbt.kernel.sys.SystemCallException;

/** A plan can't be loaded or attached. The message is for a person. */
public final class LoadException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final Reason reason;
  private final transient Optional<SourceRange> range;
  private final String verifierLog;

  public enum Reason {
    /** The process may not do this. */
    PRIVILEGE,
    /** This kernel can't do it. */
    FEATURE,
    /** Nothing can be attached where the script wants it. */
    MISSING,
    /** The verifier refused the program. */
    VERIFIER,
    /** Memory, file descriptors, an event that is in use, or anything else. */
    RESOURCE
  }

  LoadException(Reason reason, String message) {
    this(reason, message, Optional.empty(), "");
  }

  LoadException(Reason reason, String message, Optional<SourceRange> range, String verifierLog) {
    super(message);
    this.reason = reason;
    this.range = range;
    this.verifierLog = verifierLog;
  }

  /** Turns a failed system call into what a person should read. */
  static LoadException of(String what, SystemCallException e) {
    return switch (e.errno()) {
      case SystemCallException.EPERM, SystemCallException.EACCES -> refused(what, e);
      case SystemCallException.ENOSYS,
          SystemCallException.EOPNOTSUPP,
          SystemCallException.ENOTSUPP ->
          new LoadException(
              Reason.FEATURE, what + ": this kernel can't do it (" + e.getMessage() + ")");
      case SystemCallException.EMFILE ->
          new LoadException(
              Reason.RESOURCE,
              what + ": the limit on open files is too low (" + e.getMessage() + ")");
      default -> new LoadException(Reason.RESOURCE, what + ": " + e.getMessage());
    };
  }

  private static LoadException refused(String what, SystemCallException e) {
    boolean confidential = Lockdown.confidential();
    String why =
        confidential
            ? "this kernel is locked down (confidentiality), which forbids it"
            : "not permitted; tracing needs root, or CAP_BPF and CAP_PERFMON";
    return new LoadException(
        confidential ? Reason.FEATURE : Reason.PRIVILEGE,
        "%s: %s (%s)".formatted(what, why, e.getMessage()));
  }

  public Reason reason() {
    return reason;
  }

  /** The piece of the script that the verifier refused, where it is known. */
  public Optional<SourceRange> range() {
    return range;
  }

  /** The verifier's own words, or "". */
  public String verifierLog() {
    return verifierLog;
  }
}
