package jbt.compiler.check;

import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.types.Origin;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/** What the kernel's verifier itself knows the type of, so that programs may load from it. */
public final class Trusted {
  /** Offsets of instructions have 16 bits. */
  private static final int FURTHEST = 30_000;

  private Trusted() {}

  /** Whether the kernel lets a program load it. */
  public static boolean loadable(Expr.Memory m) {
    return m.direct()
        && m.bits().isEmpty()
        && m.offset() >= 0
        && m.offset() < FURTHEST
        && m.space() == AddressSpace.KERNEL
        && pointer(m.address());
  }

  /** Whether it is a pointer to a struct that the verifier follows. */
  public static boolean pointer(Expr pointer) {
    boolean toStruct =
        pointer.type() instanceof Type.Pointer(Type.Struct struct, AddressSpace space)
            && space == AddressSpace.KERNEL
            && struct.size() > 0
            && !struct.origin().source().equals(Origin.SCRIPT);
    return toStruct
        && switch (pointer) {
          case Expr.BuiltinValue b -> b.builtin() == Builtin.CURTASK;
          case Expr.ContextField field -> field.read() == Read.TRUSTED;
          case Expr.Memory m -> loadable(m);
          default -> false;
        };
  }
}
