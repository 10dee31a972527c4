package jbt.compiler.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.target.TracepointFormat.Field;

/**
 * A system call that changes nothing.
 *
 * @param arguments six registers, but that with the address of a path
 * @param path what the second argument points to, or ""
 */
public record Event(Call call, List<Long> arguments, String path) {
  private static final int RECORD = 128;
  private static final Kind INT32 = new Kind.Int(4, true, false);

  /** The calls, by their numbers on x86-64. */
  public enum Call {
    FACCESSAT("faccessat", 269),
    GETPGID("getpgid", 121);

    public final String text;
    public final int number;

    Call(String text, int number) {
      this.text = text;
      this.number = number;
    }
  }

  /**
   * A tracepoint that sees calls.
   *
   * @param ours a condition that holds for the calls that a thread makes for the sake of the script
   * @param fields what a script can read there
   */
  record Point(String name, String ours, List<Expr> fields) {}

  private static final String BY_THREAD = "tid == " + Host.TID;

  /** All calls, as registers. */
  static final Point RAW =
      new Point(
          "raw_syscalls:sys_enter",
          BY_THREAD + " && (args.id == 121 || args.id == 269)",
          List.of(new Expr.Given("args.id", Kinds.INT64), new Expr.Argument(Expressions.fixed(0))));

  static final Point FACCESSAT =
      new Point(
          "syscalls:sys_enter_faccessat",
          BY_THREAD,
          List.of(
              new Expr.Given("args.dfd", INT32),
              new Expr.StrAt("args.filename", Optional.empty()),
              new Expr.Given("args.mode", INT32)));

  static final Point GETPGID =
      new Point(
          "syscalls:sys_enter_getpgid", BY_THREAD, List.of(new Expr.Given("args.pid", INT32)));

  static final int REGISTERS = 6;

  static Event random(Random random) {
    List<Long> arguments = new ArrayList<>();
    for (int i = 0; i < REGISTERS; i++) {
      arguments.add(random.nextBoolean() ? random.nextInt(100) - 50 : random.nextLong());
    }
    boolean path = random.nextBoolean();
    // Of up to 12 characters, or 63 to 66.
    String folder = random.nextInt(4) == 0 ? "/" + "n".repeat(62) : "/nowhere/";
    return path
        ? new Event(Call.FACCESSAT, arguments, folder + random.nextInt(1000))
        : new Event(Call.GETPGID, arguments, "");
  }

  /** What the call is made with. */
  public List<Long> registers(long pathAddress) {
    List<Long> registers = new ArrayList<>(arguments);
    if (call == Call.FACCESSAT) {
      registers.set(1, pathAddress);
    }
    return registers;
  }

  /** The record that a tracepoint has of it. */
  public byte[] record(TracepointFormat format, long pathAddress) {
    List<Long> registers = registers(pathAddress);
    ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
    for (Field field : format.fields()) {
      switch (field.name()) {
        case "id" -> record.putLong(field.offset(), call.number);
        case "args" -> {
          for (int i = 0; i < REGISTERS; i++) {
            record.putLong(field.offset() + 8 * i, registers.get(i));
          }
        }
        case "dfd", "pid" -> record.putLong(field.offset(), registers.get(0));
        case "filename" -> record.putLong(field.offset(), registers.get(1));
        case "mode" -> record.putLong(field.offset(), registers.get(2));
        default -> record.putInt(field.offset(), call.number);
      }
    }
    return record.array();
  }

  /** Whether it passes a tracepoint. */
  public boolean passes(String point) {
    return point.equals(RAW.name()) || point.equals("syscalls:sys_enter_" + call.text);
  }

  /** The values of the fields of all points. */
  Map<String, Object> values() {
    return switch (call) {
      case FACCESSAT ->
          Map.of(
              RAW.ours(),
              1L,
              BY_THREAD,
              1L,
              "args.id",
              (long) call.number,
              "args.dfd",
              (long) arguments.get(0).intValue(),
              "args.filename",
              path,
              "args.mode",
              (long) arguments.get(2).intValue());
      case GETPGID ->
          Map.of(
              RAW.ours(),
              1L,
              BY_THREAD,
              1L,
              "args.id",
              (long) call.number,
              "args.pid",
              (long) arguments.get(0).intValue());
    };
  }

  /** The formats of the points, as tracefs has them. */
  public static final Map<String, TracepointFormat> FORMATS =
      Map.of(
          RAW.name(),
          new TracepointFormat(
              1,
              List.of(
                  new Field("id", "long", 0, 8, 8, true),
                  new Field("args", "unsigned long", 6, 16, 48, false))),
          FACCESSAT.name(),
          new TracepointFormat(
              2,
              List.of(
                  new Field("dfd", "int", 0, 16, 8, false),
                  new Field("filename", "const char *", 0, 24, 8, false),
                  new Field("mode", "int", 0, 32, 8, false))),
          GETPGID.name(),
          new TracepointFormat(3, List.of(new Field("pid", "pid_t", 0, 16, 8, false))));
}
