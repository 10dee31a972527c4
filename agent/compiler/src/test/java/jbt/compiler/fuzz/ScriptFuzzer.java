package jbt.compiler.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.nio.charset.StandardCharsets;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.FakeTarget;
import jbt.compiler.random.Host;
import jbt.compiler.random.RandomScript;
import jbt.compiler.target.Target;

/**
 * What Jazzer calls with bytes that it makes up: they are a script, or a row of words, or say how a
 * well-typed script is to be spoilt.
 */
public final class ScriptFuzzer {
  private static final Target TARGET = new FakeTarget("web01");
  private static final Host HOST = new Host(1, 2, 3, 4, "comm", "web01");
  private static final int LONGEST_PIECE = 40;

  /** What bytes end with that are a script. */
  static final char RAW = 0;

  /** Pieces that mean something, more of them where the language is young. */
  private static final String[] WORDS = {
    "BEGIN",
    "END",
    "tracepoint:syscalls:sys_enter_*",
    "t:sched:sched_switch",
    "interval:s:1",
    "profile:hz:99",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "/",
    ";",
    ",",
    "=",
    "+=",
    "<<=",
    "++",
    "--",
    "==",
    "?",
    ":",
    ".",
    "..",
    "->",
    "!",
    "~",
    "-",
    "*",
    "%",
    "&",
    "&&",
    "||",
    "<<",
    ">>",
    "@",
    "@x",
    "@y",
    "$a",
    "$b",
    "$1",
    "$#",
    "if",
    "else",
    "let",
    "while",
    "for",
    "unroll",
    "break",
    "continue",
    "return",
    "macro",
    "config",
    "struct",
    "union",
    "enum",
    "import",
    "sizeof",
    "offsetof",
    "comptime",
    "args",
    "pid",
    "comm",
    "host",
    "probe",
    "nsecs",
    "kstack",
    "count()",
    "sum",
    "hist",
    "lhist",
    "tseries",
    "printf",
    "print",
    "str",
    "buf",
    "delete",
    "clear",
    "zero",
    "exit",
    "has_key",
    "len",
    "strncmp",
    "kaddr",
    "reg",
    "ntop",
    "\"%d %s\"",
    "\"a\"",
    "0",
    "1",
    "-1",
    "5s",
    "0x7f",
    "18446744073709551615",
    "9223372036854775808",
    "(int8)",
    "(uint64)",
    "(struct task_struct *)",
    "(int8[4])",
    "true",
    "args.fd",
    "args.pid",
    "args.comm",
    "#",
    "#include <x.h>\n",
    "#define A A\n",
    "#if 1\n",
    "\\",
    "\"",
    "/*",
    "*/",
    "//",
    "\n",
    "\t",
    "\0",
    "\u00ff"
  };

  private ScriptFuzzer() {}

  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    switch (data.consumeInt(0, 2)) {
      case RAW -> compile(new String(data.consumeRemainingAsBytes(), StandardCharsets.UTF_8));
      case 1 -> compile(words(data));
      default -> compile(spoilt(data));
    }
  }

  private static String words(FuzzedDataProvider data) {
    StringBuilder script = new StringBuilder(data.consumeBoolean() ? "BEGIN { " : "");
    while (data.remainingBytes() > 0) {
      script.append(data.pickValue(WORDS)).append(data.consumeBoolean() ? " " : "");
    }
    return script.toString();
  }

  private static String spoilt(FuzzedDataProvider data) {
    StringBuilder script =
        new StringBuilder(RandomScript.of(data.consumeInt(0, 10_000)).text(HOST));
    while (data.remainingBytes() > 0 && !script.isEmpty()) {
      int start = data.consumeInt(0, script.length() - 1);
      int end = Math.min(script.length(), start + data.consumeInt(0, LONGEST_PIECE));
      int other = data.consumeInt(0, script.length() - 1);
      switch (data.consumeInt(0, 3)) {
        case 0 -> script.delete(start, end);
        case 1 -> script.insert(other, script.substring(start, end));
        case 2 -> script.insert(start, data.pickValue(WORDS));
        default -> script.setCharAt(start, (char) data.consumeInt(0, 255));
      }
    }
    return script.toString();
  }

  private static void compile(String script) {
    try {
      Compiler.compile(script, "stdin", TARGET);
    } catch (CompileException e) {
      if (!String.valueOf(e.getMessage()).contains("ERROR: ")) {
        throw new IllegalStateException("no message for:\n" + script, e);
      }
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      throw new IllegalStateException("a crash by:\n" + script, e);
    }
  }
}
