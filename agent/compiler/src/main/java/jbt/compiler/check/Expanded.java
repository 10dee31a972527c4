package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Type;

/**
 * One attach point after its wildcards and defaults are filled in.
 *
 * @param name its full text
 * @param format for tracepoints
 * @param parameters of the function, or of what the program is called with, 8 bytes each
 * @param returned what the function returns, for those that run there
 * @param function the name of the function it is in, its address if that has no name, "" for none
 * @param arguments those of a statically defined probe
 * @param range of the attach point in the script that it comes from
 */
record Expanded(
    Kind kind,
    Point point,
    String name,
    Optional<TracepointFormat> format,
    List<Btf.Parameter> parameters,
    Type returned,
    String function,
    List<UsdtArgument> arguments,
    SourceRange range) {
  Expanded {
    parameters = List.copyOf(parameters);
    arguments = List.copyOf(arguments);
  }

  Expanded(
      Kind kind,
      Point point,
      String name,
      Optional<TracepointFormat> format,
      List<Btf.Parameter> parameters,
      SourceRange range) {
    this(kind, point, name, format, parameters, Type.NONE, "", List.of(), range);
  }

  /** The same with arguments. */
  Expanded with(List<Btf.Parameter> others) {
    return new Expanded(kind, point, name, format, others, returned, function, arguments, range);
  }

  /** A place in a function, with nothing but registers to tell of it. */
  Expanded(Kind kind, Point point, String name, String function, SourceRange range) {
    this(kind, point, name, Optional.empty(), List.of(), Type.NONE, function, List.of(), range);
  }
}
