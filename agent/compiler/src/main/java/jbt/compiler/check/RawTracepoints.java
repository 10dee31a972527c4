package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.types.Btf;
import jbt.compiler.types.BtfText;

/**
 * The tracepoints of a kernel or of a module as its type information has them, with the types of
 * arguments.
 */
final class RawTracepoints {
  /** The kernel has a type of this name for each, a pointer to the tracepoint's function. */
  private static final String PREFIX = "btf_trace_";

  /** The function that calls all programs of one; other than the type it names its arguments. */
  private static final String CALLER = "__traceiter_";

  private final String module;
  private final Btf btf;

  /**
   * @param module "" for the kernel itself
   */
  RawTracepoints(String module, Btf btf) {
    this.module = module;
    this.btf = btf;
  }

  boolean has(String event) {
    return type(event).isPresent();
  }

  /** A module's types continue the kernel's: those are not its own. */
  private Optional<Integer> type(String event) {
    return btf.find(Btf.Kind.TYPEDEF, PREFIX + event).filter(id -> id >= btf.ownFrom());
  }

  /** Declarations of the arguments. */
  List<String> arguments(String event) {
    List<String> all =
        btf.find(Btf.Kind.FUNC, CALLER + event)
            .map(id -> new BtfText(btf).function(id, false))
            .orElse(List.of());
    return all.subList(Math.min(1, all.size()), all.size());
  }

  List<String> names() {
    return btf.names(Btf.Kind.TYPEDEF, PREFIX).stream()
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
    return type(event)
        .map(
            id -> {
              int named = btf.find(Btf.Kind.FUNC, CALLER + event).orElse(id);
              List<Btf.Parameter> parameters = btf.parameters(named);
              // The first is what the kernel keeps for itself.
              List<Btf.Parameter> own =
                  parameters.subList(Math.min(1, parameters.size()), parameters.size());
              Point point = new Point.RawTracepoint(event, module, id);
              String name =
                  "rawtracepoint:%s:%s".formatted(module.isEmpty() ? "vmlinux" : module, event);
              return new Expanded(Kind.RAW_EVENT, point, name, Optional.empty(), own, range);
            });
  }
}
