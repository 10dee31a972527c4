package jbt.compiler;

import static java.util.stream.Collectors.groupingBy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.target.KernelFunctions;

/** A kernel with a few functions, and one in a module; {@code twice} is there two times. */
final class FakeFunctions implements KernelFunctions {
  private static final long START = 0xffffffff81000000L;

  private static final List<Function> ALL =
      List.of(
          new Function(KERNEL, "vfs_open", START, 64),
          new Function(KERNEL, "vfs_read", START + 0x40, 64),
          new Function(KERNEL, "rcu_note", START + 0x80, 64),
          new Function(KERNEL, "twice", START + 0xc0, 64),
          new Function(KERNEL, "twice", START + 0x100, 64),
          new Function("disk", "vfs_disk", START + 0x140, 64));

  @Override
  public List<Name> traceable() {
    return ALL.stream().map(f -> new Name(f.module(), f.name())).distinct().toList();
  }

  @Override
  public Map<String, List<Function>> named(Collection<String> names) {
    return ALL.stream().filter(f -> names.contains(f.name())).collect(groupingBy(Function::name));
  }

  @Override
  public Optional<Function> at(long address) {
    return ALL.stream()
        .filter(f -> address >= f.address() && address < f.address() + f.size())
        .findFirst();
  }

  @Override
  public Optional<List<Long>> instructions(Function function) {
    return Optional.of(List.of(0L, 5L, 8L));
  }
}
