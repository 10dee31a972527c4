package jbt.compiler.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.KernelFunctions.Name;
import jbt.compiler.target.Target;
import jbt.compiler.types.Btf;
import jbt.compiler.types.KernelTypes;
import jbt.compiler.types.Type;

/** Entries and returns of kernel functions, with their arguments as the kernel's types. */
final class FunctionProbes {
  private static final String KERNEL = "vmlinux";

  private final Target target;
  private final Expansion expansion;

  FunctionProbes(Target target, Expansion expansion) {
    this.target = target;
    this.expansion = expansion;
  }

  /** {@code function} or {@code module:function}. */
  List<Expanded> expand(AttachPoint written, boolean returns) {
    List<String> parts = written.parts();
    String type = returns ? "fexit" : "fentry";
    if (parts.isEmpty() || parts.size() > 2 || parts.contains("")) {
      return expansion.wrongCount(written, type, "1 or 2 arguments");
    }
    Optional<KernelTypes> types = target.kernelTypes();
    if (types.isEmpty()) {
      return expansion.wrong(
          written, type + " probes need a kernel with type information (BTF)", "Use kprobe");
    }
    String module = parts.size() == 2 ? parts.getFirst() : "*";
    String wanted = parts.getLast();
    List<Expanded> found = new ArrayList<>();
    for (Map.Entry<String, Btf> source : sources(types.get(), module, wanted).entrySet()) {
      Btf btf = source.getValue();
      for (String name : names(btf, source.getKey(), wanted)) {
        btf.find(Btf.Kind.FUNC, name)
            .map(id -> point(source.getKey(), btf, id, returns, written))
            .ifPresent(found::add);
      }
    }
    if (found.isEmpty()) {
      boolean pattern = Wildcard.isPattern(wanted);
      expansion.missing(
          written,
          "No matches for %s %s".formatted(type, String.join(":", parts)),
          pattern
              ? List.of()
              : Nearest.hint(wanted, types.get().kernel().names(Btf.Kind.FUNC, "")));
    }
    return found;
  }

  /** Where to look, by name; a function that is not named by a pattern is in one place. */
  private static Map<String, Btf> sources(KernelTypes types, String module, String wanted) {
    Map<String, Btf> all = new LinkedHashMap<>();
    if (Wildcard.matches(module, KERNEL)) {
      all.put("", types.kernel());
      if (!Wildcard.isPattern(wanted) && types.kernel().find(Btf.Kind.FUNC, wanted).isPresent()) {
        return all;
      }
    }
    for (String name : types.moduleNames()) {
      if (Wildcard.matches(module, name)) {
        types.module(name).ifPresent(btf -> all.put(name, btf));
      }
    }
    return all;
  }

  private List<String> names(Btf btf, String module, String wanted) {
    if (!Wildcard.isPattern(wanted)) {
      return List.of(wanted);
    }
    Set<String> traceable = new HashSet<>();
    for (Name name : target.functions().traceable()) {
      if (name.module().equals(module)) {
        traceable.add(name.function());
      }
    }
    return btf.names(Btf.Kind.FUNC, "").stream()
        .filter(name -> Wildcard.matches(wanted, name) && Kprobes.offered(name))
        .filter(traceable::contains)
        .sorted()
        .distinct()
        .toList();
  }

  private static Expanded point(
      String module, Btf btf, int id, boolean returns, AttachPoint written) {
    String function = btf.name(id);
    return new Expanded(
        returns ? Kind.FEXIT : Kind.FENTRY,
        new Point.KernelFunction(module, id, returns),
        "%s:%s:%s"
            .formatted(returns ? "fexit" : "fentry", module.isEmpty() ? KERNEL : module, function),
        Optional.empty(),
        btf.parameters(id),
        returns ? btf.returned(id) : Type.NONE,
        function,
        List.of(),
        written.range());
  }
}
