package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.Target;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;

/** Programs that the kernel runs for each of its objects of a kind. */
final class Iterators {
  /** The kernel has a struct of this name for each kind, the program's context. */
  private static final String CONTEXT = "bpf_iter__";

  /** And a function, which programs are loaded for. */
  private static final String FUNCTION = "bpf_iter_";

  /** What is in one map of a program, which no script can name. */
  private static final Set<String> OF_ONE_MAP =
      Set.of("bpf_map_elem", "bpf_sk_storage_map", "sockmap");

  private Iterators() {}

  static List<String> names(Btf kernel) {
    return kernel.names(Btf.Kind.STRUCT, CONTEXT).stream()
        .map(name -> name.substring(CONTEXT.length()))
        .filter(name -> !OF_ONE_MAP.contains(name))
        .filter(name -> kernel.find(Btf.Kind.FUNC, FUNCTION + name).isPresent())
        .sorted()
        .toList();
  }

  /** The struct that programs of an attach point are called with. */
  static String context(Expanded point) {
    return CONTEXT + ((Point.Iterator) point.point()).name();
  }

  static List<Expanded> expand(AttachPoint written, Target target, Expansion expansion) {
    if (target.kernelTypes().isEmpty()) {
      return expansion.wrong(written, "iter probes need a kernel with type information (BTF)");
    }
    List<String> parts = written.parts();
    if (parts.size() != 1 || parts.contains("")) {
      return expansion.wrongCount(written, "iter", "1 argument");
    }
    Btf kernel = target.kernelTypes().get().kernel();
    String name = parts.getFirst();
    if (OF_ONE_MAP.contains(name)) {
      return expansion.wrong(
          written, "iter:" + name + " goes through one map of a program, which no script can name");
    }
    Optional<Integer> function = kernel.find(Btf.Kind.FUNC, FUNCTION + name);
    Optional<Integer> context = kernel.find(Btf.Kind.STRUCT, CONTEXT + name);
    if (function.isEmpty() || context.isEmpty()) {
      expansion.missing(written, "No matches for iter " + name, Nearest.hint(name, names(kernel)));
      return List.of();
    }
    return List.of(
        new Expanded(
            Kind.ITER,
            new Point.Iterator(name, function.get()),
            "iter:" + name,
            Optional.empty(),
            fields(kernel.members(context.get()), kernel),
            written.range()));
  }

  /** Each has 8 bytes: those that are smaller, and pointers, are in a union that makes it so. */
  private static List<Btf.Parameter> fields(List<Member> members, Btf kernel) {
    List<Btf.Parameter> all = new ArrayList<>();
    for (Member member : members) {
      Member field =
          member.name().isEmpty() && member.type() instanceof Type.Struct union
              ? kernel.members(union.origin().id()).getFirst()
              : member;
      while (all.size() < member.offset() / 8) {
        all.add(new Btf.Parameter("", Type.NONE, false));
      }
      all.add(new Btf.Parameter(field.name(), field.type(), field.perCpu()));
    }
    return all;
  }
}
