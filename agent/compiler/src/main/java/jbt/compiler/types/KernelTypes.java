package jbt.compiler.types;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import jbt.compiler.types.Btf.Kind;

/** What a kernel and its modules define. */
public final class KernelTypes implements Definitions {
  private final Btf kernel;
  private final List<String> moduleNames;
  private final Function<String, Optional<Btf>> reader;
  private final Map<String, Optional<Btf>> modules = new LinkedHashMap<>();

  /**
   * @param moduleNames of the modules that have BTF
   * @param reader reads a module's; empty if it went away
   */
  public KernelTypes(Btf kernel, List<String> moduleNames, Function<String, Optional<Btf>> reader) {
    this.kernel = kernel;
    this.moduleNames = List.copyOf(moduleNames);
    this.reader = reader;
  }

  public Btf kernel() {
    return kernel;
  }

  /** Those that have type information, in a fixed order. */
  public List<String> moduleNames() {
    return moduleNames;
  }

  public synchronized Optional<Btf> module(String name) {
    return moduleNames.contains(name) ? modules.computeIfAbsent(name, reader) : Optional.empty();
  }

  /** An entry and where it is. */
  public record Entry(Btf btf, int id) {}

  /** Looks in the kernel, then in every module. */
  public Optional<Entry> find(Kind kind, String name) {
    Optional<Integer> id = kernel.find(kind, name);
    if (id.isPresent()) {
      return Optional.of(new Entry(kernel, id.get()));
    }
    for (Btf module : modules()) {
      Optional<Integer> there = module.find(kind, name);
      if (there.isPresent()) {
        return Optional.of(new Entry(module, there.get()));
      }
    }
    return Optional.empty();
  }

  private List<Btf> modules() {
    List<Btf> all = new ArrayList<>();
    for (String name : moduleNames) {
      module(name).ifPresent(all::add);
    }
    return all;
  }

  @Override
  public Optional<Type.Struct> struct(boolean union, String name) {
    return find(union ? Kind.UNION : Kind.STRUCT, name).map(entry -> entry.btf.struct(entry.id));
  }

  @Override
  public Optional<Type> enumeration(String name) {
    return find(Kind.ENUM, name)
        .or(() -> find(Kind.ENUM64, name))
        .map(entry -> entry.btf.type(entry.id));
  }

  @Override
  public Optional<Type> typedef(String name) {
    return find(Kind.TYPEDEF, name).map(entry -> entry.btf.type(entry.id));
  }

  @Override
  public Optional<Constant> constant(String name) {
    return kernel.constant(name);
  }

  @Override
  public List<Member> members(Type.Struct struct) {
    String source = struct.origin().source();
    Optional<Btf> btf = source.equals(kernel.source()) ? Optional.of(kernel) : module(source);
    return btf.map(there -> there.members(struct.origin().id())).orElse(List.of());
  }
}
