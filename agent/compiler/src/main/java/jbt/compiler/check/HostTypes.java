package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import jbt.compiler.target.Target;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.KernelTypes;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;

/** What the kernel defines, asked for when a script first needs it. */
final class HostTypes implements Definitions {
  private final Target target;

  HostTypes(Target target) {
    this.target = target;
  }

  private <T> Optional<T> ask(Function<KernelTypes, Optional<T>> question) {
    return target.kernelTypes().flatMap(question);
  }

  @Override
  public Optional<Type.Struct> struct(boolean union, String name) {
    return ask(types -> types.struct(union, name));
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
    return ask(types -> Optional.of(types.members(struct))).orElse(List.of());
  }
}
