package jbt.compiler.check;

import java.util.List;
import java.util.Map;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.types.Type;

/** What is told of a task by fields of its task_struct: {@code ppid}, {@code pcomm(task)}. */
final class TaskCalls {
  private static final Map<String, List<String>> FIELDS =
      Map.of(
          "ppid", List.of("real_parent", "tgid"),
          "pcomm", List.of("real_parent", "comm"),
          "leader_tid", List.of("group_leader", "pid"),
          "leader_comm", List.of("group_leader", "comm"));

  private TaskCalls() {}

  static boolean isName(String name) {
    return FIELDS.containsKey(name);
  }

  static List<String> names() {
    return FIELDS.keySet().stream().sorted().toList();
  }

  /** The fields of the task that is the argument, or else of the current one. */
  static Value value(Ast.Expr.Call call, ExpressionChecker expressions, Diagnostics diagnostics) {
    if (!Calls.arity(call, 0, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    Ast.Expr task =
        call.arguments().isEmpty()
            ? new Ast.Expr.Name("curtask", call.range())
            : call.arguments().getFirst();
    Value value = expressions.value(task);
    boolean known =
        value.type() instanceof Type.Pointer(Type.Struct struct, var space)
            && struct.name().equals("task_struct");
    if (!call.arguments().isEmpty() && value.known() && !known) {
      diagnostics.error(
          task.range(),
          "%s() takes a pointer to a struct task_struct, not %s"
              .formatted(call.function(), value.described()));
      return Value.unknown(call.range());
    }
    for (String field : FIELDS.getOrDefault(call.function(), List.of())) {
      value =
          expressions.member(value, new Ast.Expr.Member(task, field, call.range(), call.range()));
    }
    return value.type() instanceof Type.Int ? unsigned(value, call) : value;
  }

  /** Process ids are, as {@code pid} is; the kernel's own fields are not. */
  private static Value unsigned(Value id, Ast.Expr.Call call) {
    Checked.Expr cast = new Checked.Expr.Cast(id.expr(), Type.UINT32, call.range());
    return new Value(cast, true, id.hostBound());
  }
}
