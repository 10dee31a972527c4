package jbt.kernel;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A random script that is well typed by the way it is made: it follows pointers to the kernel's
 * structs, and has stacks, records, tuples, texts and loops. What it does nobody knows; that it is
 * loaded everybody may expect.
 */
final class StructScript {
  private static final int DEEPEST = 3;
  private static final List<String> POINTS =
      List.of(
          "tracepoint:syscalls:sys_enter_getpgid",
          "tracepoint:syscalls:sys_exit_openat",
          "tracepoint:sched:sched_switch",
          "rawtracepoint:sys_enter",
          "interval:s:100",
          "profile:hz:10",
          "software:page-faults:1000");
  private static final List<String> STACKS =
      List.of("kstack", "kstack(3)", "ustack(raw, 5)", "kstack(perf, 2)");
  private static final List<String> OPERATORS =
      List.of("+", "-", "*", "/", "%", "&", "|", "^", "<", ">=", "==", "!=", "&&", "||");

  private final Random random;

  private StructScript(Random random) {
    this.random = random;
  }

  /** The script that a seed makes. */
  static String of(long seed) {
    StructScript script = new StructScript(new Random(seed));
    return script.pick(POINTS)
        + script.any(() -> "", () -> " /curtask->prio > 5 || @n[cpu]/")
        + " {\n  $n = 1; $t = curtask; $s = comm; $r = (a = 1, b = comm, c = (d = pid, e = \"x\"));\n"
        + "  @n[1] = 2; @s[\"k\"] = comm; @p[1, \"k\"] = 5; @r[$r] = count();\n"
        + script.block(3 + script.random.nextInt(8), 1)
        + "}\n";
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  @SafeVarargs
  private String any(Supplier<String>... choices) {
    return choices[random.nextInt(choices.length)].get();
  }

  private String block(int count, int depth) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("  ".repeat(depth)).append(statement(depth)).append('\n');
    }
    return text.toString();
  }

  private String statement(int depth) {
    if (depth < DEEPEST && random.nextInt(3) == 0) {
      String inside = " {\n" + block(1 + random.nextInt(3), depth + 1) + "  ".repeat(depth) + "}";
      return any(
          () -> "if (" + number(2) + ")" + inside,
          () -> "if (" + text(1) + " == " + text(1) + ")" + inside + " else { $n++; }",
          () -> "for ($i" + depth + " : 0.." + (1 + random.nextInt(9)) + ")" + inside,
          () -> "for ($kv : @p) { $n += $kv.1; $s = $kv.0.1; }",
          () -> "for ($kv : @n) { @n[$kv.1] = $kv.0; }",
          () -> "unroll (" + (1 + random.nextInt(4)) + ")" + inside);
    }
    return any(
        () -> "$n = " + number(3) + ";",
        () -> "$n " + pick(List.of("+", "-", "^")) + "= " + number(2) + ";",
        () -> "$t = " + task(3) + ";",
        () -> "$s = " + text(2) + ";",
        () -> "$r = " + struct() + ";",
        () -> "@n[" + number(2) + "] = " + number(2) + ";",
        () -> "@s[" + text(2) + "] = " + text(1) + ";",
        () -> "@p[" + number(1) + ", " + text(1) + "] += " + number(2) + ";",
        () -> "@r[" + struct() + "] = count();",
        this::stacks,
        () -> "@h[" + task(1) + "] = hist(" + number(2) + ");",
        () -> "@l = lhist(" + number(2) + ", 0, 100, 10);",
        () -> "@m[$s] = max(" + number(2) + "); @a[$n] = avg(" + number(1) + ");",
        () -> "@w = " + struct() + ";",
        () -> "printf(\"%d %s %s\\n\", " + number(2) + ", " + text(2) + ", " + stack() + ");",
        () -> "print((" + number(2) + ", " + text(1) + ", " + struct() + "));",
        () -> "print(" + task(2) + "->cred->uid);",
        () -> "if (has_key(@n, " + number(1) + ")) { delete(@n, " + number(1) + "); }");
  }

  /** Each kind of stack has a map of its own. */
  private String stacks() {
    int kind = random.nextInt(STACKS.size());
    return "@k%d[%s, %s] = sum(%s);".formatted(kind, STACKS.get(kind), text(1), number(2));
  }

  private String struct() {
    return "(a = %s, b = %s, c = (d = %s, e = %s))"
        .formatted(number(1), text(1), number(1), text(1));
  }

  private String stack() {
    return pick(STACKS);
  }

  /** A pointer to a task. */
  private String task(int depth) {
    if (depth == 0) {
      return any(() -> "curtask", () -> "$t");
    }
    return any(
        () -> task(depth - 1) + pick(List.of("->", ".")) + "real_parent",
        () -> task(depth - 1) + "->group_leader",
        () -> "((struct task_struct *)" + number(1) + ")",
        () -> task(0));
  }

  private String number(int depth) {
    if (depth == 0) {
      return any(
          () -> "$n",
          () -> "$r.a",
          () -> "$r.c.d",
          () -> "pid",
          () -> "cpu",
          () -> "nsecs",
          () -> Integer.toString(random.nextInt(300)));
    }
    return any(
        () -> "(" + number(depth - 1) + " " + pick(OPERATORS) + " " + operand(depth - 1) + ")",
        () -> "(" + number(depth - 1) + " ? " + number(depth - 1) + " : " + number(depth - 1) + ")",
        () -> "(" + pick(List.of("int8", "uint16", "int32", "uint64", "bool")) + ")" + number(0),
        () -> task(depth) + "->" + pick(List.of("pid", "tgid", "flags", "prio", "start_time")),
        () -> task(depth) + "->mm->" + pick(List.of("total_vm", "map_count", "start_stack")),
        () -> task(depth) + "->cred->uid.val",
        () -> task(depth) + "->se.sum_exec_runtime",
        () -> task(depth) + "->comm[" + random.nextInt(16) + "]",
        () -> "@n[" + number(depth - 1) + "]",
        () -> "@p[" + number(depth - 1) + ", " + text(0) + "]",
        () -> "strlen(" + text(depth - 1) + ")",
        () -> "len(" + stack() + ")",
        () -> "*(uint32 *)&" + task(depth) + "->pid",
        () -> "(" + task(depth) + " == " + task(0) + ")",
        () -> number(0));
  }

  /** On the right of an operator, where a literal zero would be an error. */
  private String operand(int depth) {
    return "(" + number(depth) + " | $n)";
  }

  private String text(int depth) {
    if (depth == 0) {
      return any(() -> "$s", () -> "$r.b", () -> "$r.c.e", () -> "comm", () -> "\"text\"");
    }
    return any(
        () -> task(depth) + "->comm",
        () -> "@s[" + text(depth - 1) + "]",
        () -> "(" + number(depth - 1) + " ? " + text(depth - 1) + " : " + text(depth - 1) + ")",
        () -> "str(" + task(depth) + "->mm->arg_start, " + (2 + random.nextInt(40)) + ")",
        () -> "str((uint64)" + number(0) + ")",
        () -> text(0));
  }
}
