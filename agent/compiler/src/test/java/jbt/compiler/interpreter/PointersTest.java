package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.Btf;
import jbt.compiler.types.BtfBuilder;
import jbt.compiler.types.BtfBuilder.Field;
import jbt.compiler.types.KernelTypes;
import org.junit.jupiter.api.Test;

/** Pointers, fields, casts and arrays: a task, its parent and memory that a test lays out. */
final class PointersTest {
  private static final Target TARGET =
      new Target() {
        private final KernelTypes types = types();

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
          return Optional.empty();
        }

        @Override
        public Answer feature(Feature feature) {
          return Answer.YES;
        }

        @Override
        public Optional<KernelTypes> kernelTypes() {
          return Optional.of(types);
        }
      };

  /** struct task_struct of 64 bytes. */
  private static KernelTypes types() {
    BtfBuilder b = new BtfBuilder();
    int integer = b.integer("int", 4, true);
    int unsigned = b.integer("unsigned int", 4, false);
    int octet = b.integer("char", 1, true);
    int parts =
        b.struct("", true, 4, new Field("word", unsigned, 0, 0), new Field("half", integer, 0, 0));
    int pair =
        b.struct("pair", false, 8, new Field("a", integer, 0, 0), new Field("b", integer, 32, 0));
    int task = b.types() + 7;
    int parent = b.pointer(task);
    int comm = b.array(octet, 8);
    int numbers = b.array(unsigned, 3);
    int user = b.pointer(b.tag("user", octet));
    b.struct(
        "task_struct",
        false,
        80,
        new Field("pid", integer, 0, 0),
        new Field("low", unsigned, 32, 3),
        new Field("signed", integer, 35, 5),
        new Field("parent", parent, 64, 0),
        new Field("comm", comm, 128, 0),
        new Field("numbers", numbers, 192, 0),
        new Field("", parts, 288, 0),
        new Field("pair", pair, 320, 0),
        new Field("name", user, 384, 0),
        new Field("pairs", b.array(pair, 2), 448, 0));
    b.enumeration("colour", "GREEN", 7);
    b.typedef("number_t", integer);
    return new KernelTypes(Btf.kernel("vmlinux", b.bytes()), List.of(), name -> Optional.empty());
  }

  private static Plan compile(String script) {
    try {
      return Compiler.compile(script, "test", TARGET);
    } catch (CompileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static ByteBuffer task(int pid) {
    ByteBuffer task = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
    task.putInt(0, pid).putInt(4, 5 | (-3 & 31) << 3);
    task.put(16, "painter".getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < 3; i++) {
      task.putInt(24 + 4 * i, 100 + i);
    }
    task.putInt(36, -1).putInt(40, 41).putInt(44, -42);
    for (int i = 0; i < 4; i++) {
      task.putInt(56 + 4 * i, 50 + i);
    }
    return task;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }

  /** The value of {@code @} after BEGIN has set it. */
  private static long value(String statements) {
    Plan plan = compile("BEGIN { " + statements + " }");
    Machine machine = new Machine(plan, 1);
    long parent = machine.place(bytes(task(77)));
    long text = machine.place("there\0".getBytes(StandardCharsets.UTF_8));
    ByteBuffer own = task(1234).putLong(8, parent).putLong(48, text);
    machine.environment().task = machine.place(bytes(own));
    machine.begin();
    ScriptMap map = plan.scriptMaps().getFirst();
    assertThat(map.name()).isEqualTo("@");
    return machine.contents(0, 0).values().iterator().next().getFirst();
  }

  @Test
  void readsFields() {
    assertThat(value("@ = curtask->pid;")).isEqualTo(1234);
    assertThat(value("@ = curtask.pid;")).isEqualTo(1234);
    assertThat(value("@ = curtask->parent->pid;")).isEqualTo(77);
    assertThat(value("@ = curtask->parent->parent->pid;")).isZero();
    assertThat(value("@ = (uint64)curtask->parent->parent;")).isZero();
    assertThat(value("@ = curtask->word;")).isEqualTo(0xffff_ffffL);
    assertThat(value("@ = curtask->half;")).isEqualTo(-1);
    assertThat(value("@ = curtask->pair.b;")).isEqualTo(-42);
    assertThat(value("$t = curtask; @ = $t->parent->pair.a;")).isEqualTo(41);
  }

  @Test
  void readsBitFields() {
    assertThat(value("@ = curtask->low;")).isEqualTo(5);
    assertThat(value("@ = curtask->signed;")).isEqualTo(-3);
    assertThat(value("$t = curtask; @ = $t->signed;")).isEqualTo(-3);
  }

  @Test
  void readsArrays() {
    assertThat(value("@ = curtask->numbers[2];")).isEqualTo(102);
    assertThat(value("$i = 1; @ = curtask->numbers[$i];")).isEqualTo(101);
    assertThat(value("$i = 3; @ = curtask->numbers[$i];")).isZero();
    assertThat(value("$i = -1; @ = curtask->numbers[$i];")).isZero();
    assertThat(value("@ = curtask->pairs[1].b;")).isEqualTo(53);
    assertThat(value("$i = 1; @ = curtask->pairs[$i].a;")).isEqualTo(52);
    assertThat(value("@ = curtask->comm[1];")).isEqualTo('a');
    assertThat(value("$a = curtask->numbers; @ = $a[1];")).isEqualTo(101);
  }

  @Test
  void readsTexts() {
    assertThat(value("@ = curtask->comm == \"painter\";")).isEqualTo(1);
    assertThat(value("@ = str(curtask->name) == \"there\";")).isEqualTo(1);
    assertThat(value("@ = str(curtask->name + 2) == \"ere\";")).isEqualTo(1);
  }

  @Test
  void castsAndFollowsPointers() {
    assertThat(value("$p = (uint64)curtask; @ = ((struct task_struct *)$p)->pid;")).isEqualTo(1234);
    assertThat(value("@ = *(int32 *)curtask;")).isEqualTo(1234);
    assertThat(value("$p = (uint32 *)&curtask->numbers; @ = $p[2] + *($p + 1) + *$p;"))
        .isEqualTo(303);
    assertThat(value("$i = 2; $p = (uint32 *)curtask; @ = $p[$i * 3 + 2];")).isEqualTo(102);
    assertThat(value("@ = (uint8)curtask->pid;")).isEqualTo(1234 & 0xff);
    assertThat(value("@ = (number_t)curtask->word;")).isEqualTo(-1);
    assertThat(value("$a = (uint8[8])0x0102030405060708; @ = $a[1];")).isEqualTo(7);
    assertThat(value("$a = (uint8[4])(uint32)258; @ = (uint32)$a;")).isEqualTo(258);
  }

  @Test
  void holdsStructs() {
    assertThat(value("$s = *curtask; @ = $s.pid + $s.signed + $s.numbers[1] + $s.pair.b;"))
        .isEqualTo(1234 - 3 + 101 - 42);
    assertThat(value("$s = *curtask; @ = $s.comm == \"painter\";")).isEqualTo(1);
    assertThat(value("$s = curtask->pair; @ = $s.a;")).isEqualTo(41);
    assertThat(value("$s = *curtask; @ = $s.parent->pid;")).isEqualTo(77);
  }

  @Test
  void aWholeStructIsARecord() {
    assertThat(compile("BEGIN { print(curtask->pair); }").sites().toString())
        .contains("names=[a, b]");
    assertThat(value("@ = curtask->pair; @n = @.b;")).isEqualTo(41);
  }

  @Test
  void knowsLayouts() {
    assertThat(value("@ = sizeof(struct task_struct);")).isEqualTo(80);
    assertThat(value("@ = sizeof(*curtask);")).isEqualTo(80);
    assertThat(value("@ = sizeof(number_t);")).isEqualTo(4);
    assertThat(value("@ = sizeof(struct task_struct *);")).isEqualTo(8);
    assertThat(value("@ = offsetof(struct task_struct, pair.b);")).isEqualTo(44);
    assertThat(value("@ = offsetof(*curtask, half);")).isEqualTo(36);
    assertThat(value("$p = &curtask->pair; @ = container_of($p, struct task_struct, pair)->pid;"))
        .isEqualTo(1234);
    assertThat(value("$x = (typeof(curtask->pid))5; @ = sizeof($x);")).isEqualTo(8);
    assertThat(value("@ = GREEN;")).isEqualTo(7);
  }

  @Test
  void aChainIsLoadedWithoutHelpers() throws CompileException {
    String code =
        Compiler.dump(
            "BEGIN { @ = curtask->parent->parent->pid; }", "test", Parameters.NONE, TARGET);
    assertThat(code).doesNotContain("probe_read");
  }

  @Test
  void tellsWhatIsWrong() {
    errs("@ = curtask->pids;", "struct task_struct has no field 'pids'");
    errs("@ = curtask->pid->x;", "int32 has no field 'x'");
    errs("@ = *(1, 2);", "Only pointers can be dereferenced, not (int64, int64)");
    errs("@ = *true;", "Only pointers can be dereferenced, not bool");
    errs("@ = *(void *)5;", "What the pointer points to is not known");
    errs("@ = (struct nothing *)5;", "Unknown struct: 'nothing'");
    errs("@ = (struct task_struct)5;", "Can't cast int64 to struct task_struct");
    errs("@ = curtask->numbers[3];", "The index 3 is outside of the array of 3 elements");
    errs("@ = &5;", "Only variables and what a pointer leads to have an address");
    errs("$t = (1, 2); $p = &$t;", "A variable of type (int64, int64) has no address");
    errs("$k = kstack; $p = &$k;", "A variable of type kernel stack has no address");
  }

  private static void errs(String statements, String message) {
    assertThatThrownBy(() -> Compiler.compile("BEGIN { " + statements + " }", "test", TARGET))
        .hasMessageContaining(message);
  }

  @Test
  void leavesGroupsAlone() {
    assertThat(value("@ = (pid) - 1;")).isEqualTo(999);
    assertThat(value("@ = ((cpu) + 3) * (2);")).isEqualTo(6);
  }
}
