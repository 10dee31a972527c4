package jbt.compiler.check;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/** Calls about the program or library that a probe is in. */
final class BinaryCalls {
  static final Set<String> NAMES = Set.of("uaddr", "elf_is_exe", "elf_info");

  private final Round round;
  private final ProbeContext context;

  BinaryCalls(Round round, ProbeContext context) {
    this.round = round;
    this.context = context;
  }

  Value call(Ast.Expr.Call call) {
    Set<String> files = new HashSet<>();
    context.points().stream()
        .map(Expanded::point)
        .forEach(point -> files.add(point instanceof Point.Uprobe uprobe ? uprobe.file() : ""));
    if (files.contains("")) {
      return wrong(
          call.range(),
          "%s() is not available in %s"
              .formatted(call.function(), context.points().getFirst().name()));
    }
    if (files.size() > 1) {
      return wrong(call.range(), call.function() + "() is for a probe in one program or library");
    }
    try {
      Binary binary = round.binaries().open(files.iterator().next());
      if (call.function().equals("uaddr")) {
        return address(call, binary);
      }
      if (!Calls.arity(call, 0, 0, round.diagnostics())) {
        return Value.unknown(call.range());
      }
      Value fixed = Value.bool(binary.fixed(), call.range());
      return call.function().equals("elf_is_exe") ? fixed : information(fixed, binary);
    } catch (BinaryException e) {
      return wrong(call.range(), String.valueOf(e.getMessage()));
    }
  }

  private static Value information(Value fixed, Binary binary) {
    SourceRange range = fixed.expr().range();
    List<Expr> parts = List.of(fixed.expr(), Value.literal(binary.inode(), range).expr());
    // Another host has another number for the same file.
    return new Value(Expr.Tuple.record(List.of("is_exe", "ino"), parts, range), false, true);
  }

  private Value wrong(SourceRange range, String message) {
    round.diagnostics().error(range, message);
    return Value.unknown(range);
  }

  /** {@code uaddr("symbol")}: where the process that runs has a function or variable. */
  private Value address(Ast.Expr.Call call, Binary binary) {
    if (!Calls.arity(call, 1, 1, round.diagnostics())) {
      return Value.unknown(call.range());
    }
    if (!(call.arguments().getFirst() instanceof Ast.Expr.Str(String text, SourceRange at))) {
      return wrong(call.arguments().getFirst().range(), "uaddr() takes a string literal");
    }
    String name = Strings.text(text);
    Optional<Binary.Datum> datum =
        binary
            .datum(name)
            .or(() -> binary.function(name).map(f -> new Binary.Datum(f.address(), 0)));
    if (datum.isEmpty()) {
      return wrong(at, "Could not resolve symbol: '" + name + "'");
    }
    Type target =
        switch ((int) Math.min(datum.get().size(), 9)) {
          case 1, 2, 4 -> new Type.Int((int) datum.get().size(), false);
          default -> Type.UINT64;
        };
    Type pointer = new Type.Pointer(target, AddressSpace.USER);
    long address = datum.get().address();
    if (binary.fixed()) {
      return new Value(new Expr.IntLiteral(address, pointer, call.range()), false, true);
    }
    return moved(call, binary, address, pointer);
  }

  /**
   * How far the file was moved in the process is the distance from where the probe is in the file
   * to where it hit.
   */
  private Value moved(Ast.Expr.Call call, Binary binary, long address, Type pointer) {
    if (context.kind() == Kind.URETPROBE || context.points().size() != 1) {
      return wrong(
          call.range(),
          "uaddr() of a file that can be loaded anywhere is for a uprobe or usdt at one place");
    }
    Point.Uprobe point = (Point.Uprobe) context.points().getFirst().point();
    OptionalLong place = binary.address(point.offset());
    if (place.isEmpty()) {
      return wrong(call.range(), "Where the probe is in the file is not known");
    }
    Expr here = Registers.instructionPointer(call.range());
    Expr distance = new Expr.IntLiteral(address - place.getAsLong(), Type.UINT64, call.range());
    Expr sum = new Expr.Binary(BinaryOp.ADD, here, distance, Type.UINT64, call.range());
    return new Value(new Expr.Cast(sum, pointer, call.range()), false, true);
  }
}
