package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.types.Btf;
import jbt.kernel.code.KernelCode;
import jbt.kernel.symbols.KernelSymbols;
import jbt.kernel.sys.KernelFolder;
import jbt.kernel.sys.SystemCallException;

/** What can be traced of this kernel. */
final class HostFunctions implements KernelFunctions {
  private static final String LIST = "available_filter_functions";

  private final HostTarget target;
  private Optional<List<Name>> traceable = Optional.empty();
  private Optional<Optional<Set<String>>> forbidden = Optional.empty();

  HostFunctions(HostTarget target) {
    this.target = target;
  }

  synchronized void forget() {
    traceable = Optional.empty();
    forbidden = Optional.empty();
  }

  @Override
  public synchronized List<Name> traceable() {
    if (traceable.isEmpty()) {
      traceable = Optional.of(readTraceable());
    }
    return traceable.get();
  }

  /** Some kernels show the list to nobody: then functions that have a type, less the marked. */
  private List<Name> readTraceable() {
    try {
      return parse(target.read(LIST));
    } catch (IOException | SystemCallException e) {
      return typed();
    }
  }

  /** Lines of a name and, for modules, the module in brackets. */
  static List<Name> parse(String text) {
    Set<String> seen = new HashSet<>();
    List<Name> all = new ArrayList<>();
    text.lines()
        .filter(seen::add)
        .forEach(
            line -> {
              int space = line.indexOf(' ');
              int bracket = line.indexOf('[');
              String name = space < 0 ? line : line.substring(0, space);
              String module =
                  bracket < 0 ? KERNEL : line.substring(bracket + 1, line.indexOf(']', bracket));
              all.add(new Name(module, name));
            });
    return List.copyOf(all);
  }

  private List<Name> typed() {
    return target.kernelTypes().map(types -> types.kernel().names(Btf.Kind.FUNC, "")).stream()
        .flatMap(List::stream)
        .distinct()
        .map(name -> new Name(KERNEL, name))
        .toList();
  }

  @Override
  public synchronized Optional<Set<String>> forbidden() {
    if (forbidden.isEmpty()) {
      forbidden = Optional.of(readForbidden());
    }
    return forbidden.get();
  }

  /** Lines of two addresses, a tab and a name. */
  private static Optional<Set<String>> readForbidden() {
    try (KernelFolder folder = KernelFolder.debugfs()) {
      return Optional.of(
          Files.readAllLines(folder.root().resolve("kprobes/blacklist")).stream()
              .map(line -> line.substring(line.indexOf('\t') + 1))
              .collect(Collectors.toSet()));
    } catch (IOException | SystemCallException e) {
      return Optional.empty();
    }
  }

  @Override
  public Map<String, List<Function>> named(Collection<String> names) {
    return KernelSymbols.ofThisHost().functions(Set.copyOf(names));
  }

  @Override
  public Optional<Function> at(long address) {
    return KernelSymbols.ofThisHost().functionAt(address);
  }

  @Override
  public Optional<List<Long>> instructions(Function function) {
    return KernelCode.starts(function.address(), function.size());
  }
}
