package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.types.Btf;

/** The tracepoints of a kernel as its type information has them, with the types of arguments. */
final class RawTracepoints {
  /** The kernel has a type of this name for each, a pointer to the tracepoint's function. */
  private static final String PREFIX = "btf_trace_";

  /** The function that calls all programs of one; other than the type it names its arguments. */
  private static final String CALLER = "__traceiter_";

  private final Btf kernel;

  RawTracepoints(Btf kernel) {
    this.kernel = kernel;
  }

  List<String> names() {
    return kernel.names(Btf.Kind.TYPEDEF, PREFIX).stream()
        .map(name -> name.substring(PREFIX.length()))
        .sorted()
        .toList();
  }

  List<Expanded> matching(String pattern, SourceRange range) {
    if (!Wildcard.isPattern(pattern)) {
      return expanded(pattern, range).stream().toList();
    }
    List<Expanded> all = new ArrayList<>();
    for (String name : names()) {
      if (Wildcard.matches(pattern, name)) {
        expanded(name, range).ifPresent(all::add);
      }
    }
    return all;
  }

  private Optional<Expanded> expanded(String event, SourceRange range) {
    return kernel
        .find(Btf.Kind.TYPEDEF, PREFIX + event)
        .map(
            id -> {
              int named = kernel.find(Btf.Kind.FUNC, CALLER + event).orElse(id);
              List<Btf.Parameter> parameters = kernel.parameters(named);
              // The first is what the kernel keeps for itself.
              List<Btf.Parameter> own =
                  parameters.subList(Math.min(1, parameters.size()), parameters.size());
              Point point = new Point.RawTracepoint(event, id);
              String name = "rawtracepoint:vmlinux:" + event;
              return new Expanded(Kind.RAW_EVENT, point, name, Optional.empty(), own, range);
            });
  }
}
