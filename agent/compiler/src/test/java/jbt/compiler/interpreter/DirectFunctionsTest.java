package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jbt.compiler.Compiler;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.Btf;
import jbt.compiler.types.BtfBuilder;
import jbt.compiler.types.BtfBuilder.Field;
import jbt.compiler.types.KernelTypes;
import org.junit.jupiter.api.Test;

/** Programs that are attached to functions of the kernel by their types. */
class DirectFunctionsTest {
  private static final List<KernelFunctions.Function> FUNCTIONS =
      Stream.of(
              "plain",
              "twice",
              "twice",
              "untyped",
              "wide",
              "whole",
              "rcu_plain",
              "do_exit",
              "hidden",
              "taboo")
          .map(name -> new KernelFunctions.Function("", name, 0xffffffff81000000L, 64))
          .toList();

  private static final Set<String> EVENTS =
      Set.of(
          "sys_enter_openat",
          "sys_exit_openat",
          "sys_enter_time",
          "sys_enter_getppid",
          "sys_enter_close");

  private static final int STATUS = 16;

  private static final Btf KERNEL = kernel();

  private static Field of(int type) {
    return new Field("x", type, 0, 0);
  }

  private static Btf kernel() {
    BtfBuilder b = new BtfBuilder();
    int number = b.integer("int", 4, true);
    int size = b.integer("unsigned long", 8, false);
    int file = b.struct("file", false, 64, new Field("f_pos", size, 64, 0));
    int pointer = b.pointer(file);
    int plain =
        b.prototype(
            number,
            new Field("file", pointer, 0, 0),
            new Field("number", number, 0, 0),
            new Field("size", size, 0, 0));
    for (String name : List.of("plain", "twice", "rcu_plain", "do_exit", "hidden", "taboo")) {
      b.function(name, plain);
    }
    Field one = of(size);
    b.function("wide", b.prototype(size, one, one, one, one, one, one, one));
    b.function("whole", b.prototype(0, of(file)));
    int call = b.prototype(size, of(b.pointer(b.struct("pt_regs", false, 168, one))));
    for (String name : List.of("__x64_sys_openat", "__x64_sys_time", "__do_sys_getppid")) {
      b.function(name, call);
    }
    b.function("__do_sys_close", b.prototype(size, of(number)));
    return Btf.kernel("vmlinux", b.bytes());
  }

  private record Host(boolean functionProbes) implements Target {
    @Override
    public String hostName() {
      return "here";
    }

    @Override
    public int possibleCpus() {
      return 1;
    }

    @Override
    public List<String> tracepoints() {
      return List.of();
    }

    @Override
    public Optional<TracepointFormat> tracepoint(String category, String event) {
      return EVENTS.contains(event) && category.equals("syscalls")
          ? Optional.of(
              new TracepointFormat(
                  7,
                  List.of(
                      new TracepointFormat.Field("__syscall_nr", "int", 0, 8, 4, true),
                      new TracepointFormat.Field("dfd", "int", 0, 16, 8, false),
                      new TracepointFormat.Field("filename", "const char *", 0, 24, 8, false),
                      new TracepointFormat.Field("flags", "int", 0, 32, 8, false),
                      new TracepointFormat.Field("mode", "umode_t", 0, 40, 8, false))))
          : Optional.empty();
    }

    @Override
    public OptionalInt threadStatus() {
      return OptionalInt.of(STATUS);
    }

    @Override
    public Optional<KernelTypes> kernelTypes() {
      return Optional.of(new KernelTypes(KERNEL, List.of(), name -> Optional.empty()));
    }

    @Override
    public KernelFunctions functions() {
      return new KernelFunctions() {
        @Override
        public List<Name> traceable() {
          return FUNCTIONS.stream()
              .filter(f -> !f.name().equals("hidden"))
              .map(f -> new Name(f.module(), f.name()))
              .toList();
        }

        @Override
        public Optional<Set<String>> forbidden() {
          return Optional.of(Set.of("taboo"));
        }

        @Override
        public Map<String, List<Function>> named(Collection<String> names) {
          return FUNCTIONS.stream()
              .filter(f -> names.contains(f.name()))
              .collect(Collectors.groupingBy(Function::name));
        }

        @Override
        public Optional<Function> at(long address) {
          return Optional.of(FUNCTIONS.getFirst());
        }

        @Override
        public Optional<List<Long>> instructions(Function function) {
          return Optional.empty();
        }
      };
    }

    @Override
    public Answer feature(Feature feature) {
      return feature == Feature.WHOLE_FUNCTION_PROBES && !functionProbes ? Answer.NO : Answer.YES;
    }
  }

  private static Plan compile(String script) throws Exception {
    return Compiler.compile(script, "test", new Host(true));
  }

  private static boolean direct(Plan plan) {
    return plan.attachments().getFirst().point() instanceof Point.DirectFunction;
  }

  @Test
  void takesThemWhereNothingElseIsSeen() throws Exception {
    int type = KERNEL.find(Btf.Kind.FUNC, "plain").orElseThrow();
    Plan entry = compile("kprobe:plain { @[probe, func, arg0, comm] = sum(arg2); }");
    assertThat(entry.attachments().getFirst().point())
        .isEqualTo(new Point.DirectFunction("", type, false));
    assertThat(entry.attachPointNames()).containsExactly("kprobe:plain");
    assertThat(entry.programs().getFirst().kind()).isEqualTo(Program.Kind.FENTRY);
    assertThat(entry.programs().getFirst().attachTo()).isEqualTo(type);
    Plan exit = compile("kretprobe:vmlinux:plain { @[probe] = sum(retval); }");
    assertThat(exit.attachments().getFirst().point())
        .isEqualTo(new Point.DirectFunction("", type, true));
    assertThat(exit.attachPointNames()).containsExactly("kretprobe:vmlinux:plain");
    assertThat(exit.programs().getFirst().kind()).isEqualTo(Program.Kind.FEXIT);
    assertThat(direct(compile("kprobe:do_exit { @ = count(); }"))).isTrue();
  }

  @Test
  void hasNoNumberedArgumentsByItsTypes() {
    for (String type : List.of("fentry", "fexit")) {
      assertThatThrownBy(() -> compile(type + ":plain { @ = arg1; }"))
          .hasMessageContaining("'arg1' is not available in " + type + ":vmlinux:plain")
          .hasMessageContaining("HINT: It is args.number there");
      assertThatThrownBy(() -> compile(type + ":plain { @ = arg3; }"))
          .hasMessageContaining("'arg3' is not available in " + type + ":vmlinux:plain")
          .hasMessageContaining("HINT: Fields of args: file, number, size");
      assertThatThrownBy(() -> compile(type + ":plain { @ = args[1]; }"))
          .hasMessageContaining("Arguments have no numbers here: name a field")
          .hasMessageContaining("HINT: Fields of args: file, number, size");
    }
  }

  @Test
  void leavesWhatWouldBeSeen() throws Exception {
    for (String script :
        List.of(
            "config = { kprobe_attach = kprobe } kprobe:plain { @ = count(); }",
            // Narrower than its register, and not one of the arguments.
            "kprobe:plain { @ = sum(arg1); }",
            "kprobe:plain { @ = sum(arg3); }",
            "kprobe:plain { @ = sum(reg(\"ip\")); }",
            "kretprobe:plain { @ = sum(reg(\"di\")); }",
            "kprobe:plain { @ = ctx; }",
            "kprobe:plain { @[kstack] = count(); }",
            "kprobe:plain { @[ustack] = count(); }",
            "kprobe:plain+4 { @ = count(); }",
            "kprobe:0xffffffff81000000 { @ = count(); }",
            "kprobe:plain, kprobe:do_exit { @ = count(); }",
            "kprobe:twice { @ = count(); }",
            "kprobe:untyped { @ = count(); }",
            "kprobe:hidden { @ = count(); }",
            "kprobe:taboo { @ = count(); }",
            "kprobe:wide { @ = count(); }",
            "kprobe:whole { @ = count(); }",
            "kprobe:rcu_plain { @ = count(); }",
            "kretprobe:do_exit { @ = count(); }")) {
      assertThat(direct(compile(script))).as(script).isFalse();
    }
    String script = "kprobe:plain { @ = count(); }";
    assertThat(direct(Compiler.compile(script, "test", new Host(false)))).isFalse();
    assertThat(direct(compile(script.repeat(4)))).isTrue();
    assertThat(direct(compile(script.repeat(5)))).isFalse();
  }

  @Test
  void readsWhatTheRegistersHold() throws Exception {
    Plan plan =
        compile(
            """
            kprobe:plain /arg2 > 5/ { @first = arg0; @pos = ((struct file *)arg0)->f_pos; @third = arg2; }
            kretprobe:plain { @result = retval; }
            """);
    Machine machine = new Machine(plan, 1);
    machine.begin();
    byte[] file = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(8, 77).array();
    long address = machine.place(file);
    machine.run(0, 0, words(address, 1, 5));
    machine.run(0, 0, words(address, 1, -6));
    machine.run(1, 0, words(address, 1, -6, 0x1fffffffeL));
    assertThat(
            Stream.of(0, 1, 2, 3)
                .map(map -> machine.contents(map, 0).values().iterator().next().getFirst()))
        .containsExactly(address, 77L, -6L, 0x1fffffffeL);
  }

  private static String calls(String event, String body) {
    return "tracepoint:syscalls:" + event + " { " + body + " }";
  }

  @Test
  void takesFunctionsOfSystemCalls() throws Exception {
    int type = KERNEL.find(Btf.Kind.FUNC, "__x64_sys_openat").orElseThrow();
    Plan plan =
        compile(calls("sys_enter_openat", "@[probe, str(args.filename), args.dfd] = count();"));
    assertThat(plan.attachments().getFirst().point())
        .isEqualTo(new Point.DirectFunction("", type, false));
    assertThat(plan.attachPointNames()).containsExactly("tracepoint:syscalls:sys_enter_openat");
    assertThat(direct(compile(calls("sys_enter_getppid", "@ = count();")))).isTrue();
    for (String script :
        List.of(
            "config = { tracepoint_attach = perf } " + calls("sys_enter_openat", "@ = count();"),
            calls("sys_enter_openat", "@ = sum(args.__syscall_nr);"),
            calls("sys_enter_openat", "@[ustack] = count();"),
            calls("sys_exit_openat", "@ = count();"),
            calls("sys_enter_time", "@ = count();"),
            calls("sys_enter_close", "@ = count();"))) {
      assertThat(direct(compile(script))).as(script).isFalse();
    }
  }

  @Test
  void readsArgumentsOfSystemCalls() throws Exception {
    Plan plan =
        compile(
            calls(
                "sys_enter_openat",
                "@dfd = args.dfd; @name = (uint64)args.filename; @mode = args.mode;"));
    Machine machine = new Machine(plan, 1);
    machine.begin();
    ByteBuffer registers = ByteBuffer.allocate(168).order(ByteOrder.LITTLE_ENDIAN);
    registers.putLong(112, 0x7ffffff9cL).putLong(104, 0x1234567890L).putLong(56, 0x123456);
    machine.run(0, 0, words(machine.place(registers.array())));
    assertThat(
            Stream.of(0, 1, 2)
                .map(map -> machine.contents(map, 0).values().iterator().next().getFirst()))
        .containsExactly(-100L, 0x1234567890L, 0x3456L);
  }

  @Test
  void leaves32BitProgramsOut() throws Exception {
    Machine machine = new Machine(compile(calls("sys_enter_getppid", "@ = count();")), 1);
    machine.begin();
    for (int status : new int[] {0, 2}) {
      byte[] task =
          ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(STATUS, status).array();
      machine.environment().task = machine.place(task);
      machine.run(0, 0, words(0));
      assertThat(machine.contents(0, 0).values()).containsExactly(List.of(1L));
    }
  }

  private static byte[] words(long... words) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(words);
    return bytes.array();
  }
}
