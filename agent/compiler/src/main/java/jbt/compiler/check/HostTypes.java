package jbt.compiler.check;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.BinaryException;
import jbt.compiler.target.Target;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.KernelTypes;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;

/** What the kernel and programs define, asked for when a script first needs it. */
final class HostTypes implements Definitions {
  private final Target target;
  private final Binaries binaries;

  /**
   * @param binaries those that are read already
   */
  HostTypes(Target target, Binaries binaries) {
    this.target = target;
    this.binaries = binaries;
  }

  private <T> Optional<T> ask(Function<KernelTypes, Optional<T>> question) {
    return target.kernelTypes().flatMap(question);
  }

  @Override
  public Optional<Type.Struct> struct(boolean union, String name) {
    return ask(types -> types.struct(union, name));
  }

  @Override
  public Collection<String> structs() {
    return target
        .kernelTypes()
        .map(types -> types.kernel().names(Btf.Kind.STRUCT, ""))
        .orElse(List.of());
  }

  @Override
  public Optional<Type> enumeration(String name) {
    return ask(types -> types.enumeration(name));
  }

  @Override
  public Optional<Type> typedef(String name) {
    return ask(types -> types.typedef(name));
  }

  @Override
  public Optional<Constant> constant(String name) {
    return ask(types -> types.constant(name));
  }

  @Override
  public List<Member> members(Type.Struct struct) {
    String source = struct.origin().source();
    if (source.startsWith("/")) {
      try {
        return binaries.open(source).members(struct.origin().id());
      } catch (BinaryException e) {
        // It was read a moment ago.
        return List.of();
      }
    }
    return ask(types -> Optional.of(types.members(struct))).orElse(List.of());
  }
}
