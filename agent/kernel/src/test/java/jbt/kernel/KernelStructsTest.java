package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.Fields;
import jbt.compiler.types.KernelTypes;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kernel structs by the kernel's own type information, on the real kernel. */
@Tag("kernel")
class KernelStructsTest {
  private static final long PID = ProcessHandle.current().pid();
  private static final long PARENT = ProcessHandle.current().parent().orElseThrow().pid();

  private static ScriptSession run(String script) throws Exception {
    ScriptSession session = ScriptSession.start(script);
    Workload.getpgid(0, 9);
    session.stop();
    return session;
  }

  /** The value of a map without key that is set to numbers. */
  private static long plain(ScriptSession session, String map) {
    int place = session.place(map);
    byte[] values = session.loaded().read(place, session.loaded().generation(place)).values();
    return ByteBuffer.wrap(values).order(ByteOrder.nativeOrder()).getLong();
  }

  @Test
  void readsMemoryByStructsOfTheScript() throws Exception {
    try (ScriptSession session =
        run(
            """
            #include <linux/sched.h>
            #ifndef BPFTRACE_HAVE_BTF
            #error no BTF
            #endif
            #define MINE (PID)
            struct ids { pid_t pid; pid_t tgid; };
            struct outer { struct ids ids; struct task_struct *task; };
            struct low { unsigned nothing; unsigned seven:7, rest:25; } __attribute__((packed));
            tracepoint:syscalls:sys_enter_getpgid /((struct ids *)&curtask->pid)->tgid == MINE/ {
              $ids = (struct ids *)&curtask->pid;
              @tgid = $ids->tgid;
              @low = ((struct low *)$ids)->seven;
              @held = (*$ids).tgid;
              @whole = ((struct outer *)$ids)->ids.tgid;
            }
            """)) {
      assertThat(plain(session, "@tgid")).isEqualTo(PID);
      assertThat(plain(session, "@low")).isEqualTo(PID % 128);
      assertThat(plain(session, "@held")).isEqualTo(PID);
      assertThat(plain(session, "@whole")).isEqualTo(PID);
    }
  }

  @Test
  void walksFromTheCurrentTask() throws Exception {
    try (ScriptSession session =
        run(
            """
            tracepoint:syscalls:sys_enter_getpgid /curtask->tgid == PID/ {
              @count = count();
              @tgid = curtask->tgid;
              @parent = curtask->real_parent->tgid;
              @same = curtask->group_leader->pid == curtask->tgid;
              @comm[curtask->comm] = count();
              @name[comm] = count();
              @cast = ((struct task_struct *)(uint64)curtask)->tgid;
              @none = curtask->mm->exe_file->f_op == 0;
              @zero = ((struct task_struct *)0)->tgid;
            }
            """)) {
      assertThat(session.words("@count")).containsExactly(10L);
      assertThat(plain(session, "@tgid")).isEqualTo(PID);
      assertThat(plain(session, "@parent")).isEqualTo(PARENT);
      assertThat(plain(session, "@same")).isEqualTo(1L);
      assertThat(session.rows("@comm").keySet()).isEqualTo(session.rows("@name").keySet());
      assertThat(plain(session, "@cast")).isEqualTo(PID);
      assertThat(plain(session, "@none")).isEqualTo(0L);
      assertThat(plain(session, "@zero")).isEqualTo(0L);
    }
  }

  @Test
  void copiesAndLoadsGiveTheSame() throws Exception {
    // A cast hides from the verifier what it knows: the second value is copied by a helper.
    KernelTypes types = KernelBtf.read().orElseThrow();
    Type.Struct task = types.struct(false, "task_struct").orElseThrow();
    List<String> names =
        Fields.names(types, task).stream()
            .filter(name -> usable(Fields.find(types, task, name).orElseThrow().member()))
            .toList();
    assertThat(names).hasSizeGreaterThan(80);
    StringBuilder script = new StringBuilder("BEGIN { $p = (struct task_struct *)(uint64)curtask;");
    for (String name : names) {
      script.append(
          "if (curtask->%s != $p->%s) { @different[\"%s\"] = 1; }".formatted(name, name, name));
    }
    script.append("@done = 1; @different[\"\"] = 1; }");
    Set<Object> different = different(script.toString());
    // What interrupts change between the two, as last_wakee, is the same another time.
    for (int i = 0; i < 4 && !different.isEmpty(); i++) {
      different.retainAll(different(script.toString()));
    }
    assertThat(different).isEmpty();
  }

  private static Set<Object> different(String script) throws Exception {
    try (ScriptSession session = run(script)) {
      assertThat(plain(session, "@done")).isEqualTo(1L);
      Set<Object> different = new TreeSet<>();
      session.rows("@different").keySet().forEach(key -> different.add(key.getFirst()));
      // What the scheduler and the statistics change meanwhile.
      different.removeAll(
          Set.of(
              "", "utime", "stime", "gtime", "nvcsw", "nivcsw", "min_flt", "pagefault_disabled"));
      return different;
    }
  }

  private static boolean usable(Member member) {
    return member.type() instanceof Type.Int
        || member.type() instanceof Type.Pointer
        || member.type() instanceof Type.Bool;
  }

  @Test
  @Covers("rawtracepoint")
  void rawTracepointsHaveTheirArguments() throws Exception {
    try (ScriptSession session =
        run(
            """
            rawtracepoint:sys_enter /pid == PID && args.id == 121/ {
              @count = count(); @sum = sum(args.regs->di); @other = sum(arg1);
            }
            """)) {
      assertThat(session.words("@count")).containsExactly(10L);
      assertThat(session.words("@sum")).containsExactly(45L);
      assertThat(session.words("@other")).containsExactly(1210L);
    }
    try (ScriptSession session =
        ScriptSession.start(
            """
            rt:vmlinux:sched_process_fork /pid == PID/ {
              @[args.parent->pid == tid, args.child->tgid == pid,
                args.child->real_parent == args.parent->real_parent,
                args.child->comm == args.parent->comm] = count();
              @text[str(args.child->comm) == comm] = count();
            }
            """)) {
      Workload.onThreads(3, () -> Workload.getpgid(0, 1));
      session.stop();
      assertThat(session.rows("@").keySet()).containsExactly(List.of(1L, 1L, 1L, 1L));
      assertThat(session.words("@", 1L, 1L, 1L, 1L).getFirst()).isGreaterThanOrEqualTo(3);
      assertThat(session.rows("@text").keySet()).containsExactly(List.of(1L));
    }
  }

  @Test
  void knowsNamesOfAllKinds() {
    KernelTypes types = KernelBtf.read().orElseThrow();
    assertThat(types.struct(false, "task_struct").map(Type.Struct::size).orElse(0)).isPositive();
    assertThat(types.struct(false, "no_such_struct")).isEmpty();
    assertThat(types.typedef("pid_t")).contains(Type.INT32);
    Type pidType = types.enumeration("pid_type").orElseThrow();
    assertThat(TypeNames.describe(pidType)).isEqualTo("enum pid_type");
    assertThat(types.constant("PIDTYPE_TGID")).contains(new Definitions.Constant(1, pidType));
    assertThat(types.constant("NO_SUCH_CONSTANT")).isEmpty();
    assertThat(types.find(Btf.Kind.FUNC, "vfs_read")).isPresent();
  }
}
