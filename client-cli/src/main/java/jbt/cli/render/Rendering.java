package jbt.cli.render;

import java.util.Collection;
import jbt.server.merge.Datum;
import jbt.v1.HostReport;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.Mode;

/** What goes to standard output, in one of two forms. Each call appends whole lines or nothing. */
public sealed interface Rendering permits TextRendering, JsonRendering {
  /** All hosts are attached. */
  void attached(Bytes out, int probes);

  /** Text of a host's events. */
  void lines(Bytes out, Lines lines);

  /** A print of something that is no map. */
  void value(Bytes out, String host, Datum value);

  void map(Bytes out, MapPrint print);

  /** Between the running output and the final maps. */
  void beforeFinal(Bytes out);

  /** What came of the tests or benches of all hosts. */
  void results(Bytes out, Mode mode, Collection<HostReport> hosts);

  /** Calls that failed, see {@link #isTrouble} of a warning. */
  void failed(Bytes out, FailedCalls calls);

  /** After everything. */
  void summary(Bytes out, Summary summary);

  /** Whether lines of a kind tell of trouble, and its place. */
  static boolean hasPlace(LineKind kind) {
    return switch (kind) {
      case LINE_ERROR, LINE_WARNING, LINE_RUNTIME_ERROR -> true;
      case LINE_PRINTF, LINE_TIME, LINE_CAT, LINE_JOIN, LINE_SYSTEM, UNRECOGNIZED -> false;
    };
  }

  /** Whether lines of a kind go to standard error instead. */
  boolean isTrouble(LineKind kind);

  /** The name of a kind of lines in JSON. */
  static String type(LineKind kind) {
    return switch (kind) {
      case LINE_PRINTF, UNRECOGNIZED -> "printf";
      case LINE_TIME -> "time";
      case LINE_CAT -> "cat";
      case LINE_JOIN -> "join";
      case LINE_SYSTEM -> "syscall";
      case LINE_ERROR -> "errorf";
      case LINE_WARNING -> "warnf";
      case LINE_RUNTIME_ERROR -> "runtime_error";
    };
  }
}
