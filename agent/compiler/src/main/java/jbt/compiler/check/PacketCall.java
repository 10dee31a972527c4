package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.BinaryOp;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Type;

/**
 * {@code skboutput("file", skb, length, offset)}: a packet for a file of whoever runs the script.
 * The kernel copies one that it gives to the program as an argument. Of any other is kept what the
 * kernel has in one piece, the linear part, which every program can read.
 */
final class PacketCall {
  /** Bytes that are kept of one that the program reads. */
  private static final int LONGEST = 16_000;

  /** The same of one that the kernel copies, with the offset. Its records have at most 64 KiB. */
  private static final int LONGEST_COPY = 65_000;

  private static final int LONGEST_PATH = 1023;
  private static final int NOTHING_THERE = -14;

  private final Round round;
  private final ExpressionChecker expressions;
  private final ProbeContext context;

  PacketCall(Round round, ProbeContext context, ExpressionChecker expressions) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
  }

  /** 0, or the number of EFAULT where there is no packet or none behind the offset. */
  Value value(Ast.Expr.Call call) {
    SourceRange range = call.range();
    if (!Calls.arity(call, 4, 4, round.diagnostics())) {
      return Value.unknown(range);
    }
    if (!(call.arguments().get(0) instanceof Ast.Expr.Str(String path, SourceRange at))
        || path.isEmpty()
        || path.length() > LONGEST_PATH
        || path.indexOf(0) >= 0) {
      return wrong(call.arguments().get(0).range(), "skboutput() takes a file's path as a literal");
    }
    Value skb = expressions.value(call.arguments().get(1));
    Value length = expressions.integer(call.arguments().get(2), "The length of skboutput()");
    Value offset = expressions.integer(call.arguments().get(3), "The offset of skboutput()");
    if (!skb.known() || !length.known() || !offset.known()) {
      return Value.unknown(range);
    }
    if (!(skb.type() instanceof Type.Pointer(Type.Struct struct, var space))
        || !struct.name().equals("sk_buff")) {
      return wrong(
          skb.range(), "skboutput() takes a pointer to a struct sk_buff, not " + skb.described());
    }
    context.openBlock();
    boolean trusted = Trusted.pointer(skb.expr());
    boolean copied = trusted && skb.expr() instanceof Expr.ContextField;
    Value sent = sent(call, Strings.text(path), trusted, copied);
    context.closeBlock();
    return sent;
  }

  private Value wrong(SourceRange range, String message) {
    round.diagnostics().error(range, message);
    return Value.unknown(range);
  }

  /** With what is used twice in variables, but a pointer that programs may load from. */
  private Value sent(Ast.Expr.Call call, String path, boolean trusted, boolean copied) {
    SourceRange range = call.range();
    Ast.Expr skb = trusted ? call.arguments().get(1) : variable("skb", range);
    Ast.Expr left = variable("left", range);
    Ast.Expr kept = variable("kept", range);
    Ast.Expr asked = variable("asked", range);
    Ast.Expr offset = variable("offset", range);
    Ast.Expr zero = new Ast.Expr.Int(0, false, range);
    Ast.Expr had =
        copied
            ? binary(BinaryOp.SUBTRACT, new Ast.Expr.Int(LONGEST_COPY, false, range), offset)
            : binary(BinaryOp.SUBTRACT, left, field(skb, "data_len", range));
    List<Ast.Stmt> before =
        List.of(
            set(variable("skb", range), call.arguments().get(1)),
            set(asked, call.arguments().get(2)),
            set(offset, call.arguments().get(3)),
            set(left, binary(BinaryOp.SUBTRACT, field(skb, "len", range), offset)),
            set(kept, had),
            atMost(kept, left, BinaryOp.GT),
            atMost(kept, asked, BinaryOp.GT),
            atMost(kept, zero, BinaryOp.LT));
    List<Stmt> statements =
        expressions.statements().inOrder(trusted ? before.subList(1, before.size()) : before);
    Value there = expressions.value(binary(BinaryOp.GT, left, zero));
    Value bytes = expressions.value(kept);
    Value whole = expressions.value(left);
    if (!there.known() || !bytes.known() || !whole.known()) {
      return Value.unknown(range);
    }
    int site = round.site(new Site.Packet(path));
    Expr sent =
        copied
            ? copy(site, skb, whole, bytes, expressions.value(offset))
            : read(site, skb, offset, whole, bytes);
    Expr nothing = Value.literal(NOTHING_THERE, range).expr();
    Expr result = new Expr.Conditional(there.expr(), sent, nothing, Type.INT64, range);
    return Value.of(new Expr.Sequence(statements, result, Type.INT64, range));
  }

  private Expr copy(int site, Ast.Expr skb, Value whole, Value bytes, Value offset) {
    SourceRange range = skb.range();
    Expr number = Value.literal(site, range).expr();
    Expr packet = expressions.value(skb).expr();
    List<Expr> all = List.of(number, packet, whole.expr(), bytes.expr(), offset.expr());
    return new Expr.Call(Function.PACKET, all, Type.INT64, range);
  }

  private Expr read(int site, Ast.Expr skb, Ast.Expr offset, Value whole, Value bytes) {
    SourceRange range = skb.range();
    Ast.Expr data = new Ast.Expr.Member(skb, "data", range, range);
    Value start = expressions.value(binary(BinaryOp.ADD, data, offset));
    Type.Buffer buffer = new Type.Buffer(LONGEST);
    Expr packet =
        new Expr.Call(Function.BUFFER, List.of(start.expr(), bytes.expr()), buffer, range);
    Stmt send = new Stmt.Printf(site, List.of(whole.expr(), packet), range);
    Expr done = Value.literal(0, range).expr();
    return new Expr.Sequence(List.of(send), done, Type.INT64, range);
  }

  private static Ast.Expr.Variable variable(String name, SourceRange range) {
    return new Ast.Expr.Variable(Macros.unwritable(name, range.start()), range);
  }

  /** As a signed number of 64 bits. */
  private static Ast.Expr field(Ast.Expr skb, String name, SourceRange range) {
    Ast.TypeName wide = new Ast.TypeName("", "int64", List.of(), Optional.empty(), range);
    return new Ast.Expr.Cast(wide, new Ast.Expr.Member(skb, name, range, range), range);
  }

  private static Ast.Expr binary(BinaryOp op, Ast.Expr left, Ast.Expr right) {
    return new Ast.Expr.Binary(op, left, right, left.range());
  }

  private static Ast.Stmt set(Ast.Expr variable, Ast.Expr value) {
    return new Ast.Stmt.Assign(variable, Optional.empty(), value, variable.range());
  }

  private static Ast.Stmt atMost(Ast.Expr variable, Ast.Expr limit, BinaryOp beyond) {
    return new Ast.Stmt.If(
        binary(beyond, variable, limit), List.of(set(variable, limit)), List.of(), limit.range());
  }
}
