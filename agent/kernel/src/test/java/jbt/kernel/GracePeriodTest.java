package jbt.kernel;

import static jbt.compiler.bpf.Register.R0;
import static jbt.compiler.bpf.Register.R1;
import static jbt.compiler.bpf.Register.R10;
import static jbt.compiler.bpf.Register.R2;
import static jbt.compiler.bpf.Register.R3;
import static jbt.compiler.bpf.Register.R4;
import static jbt.compiler.bpf.Register.R6;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.bpf.Size;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.kernel.sys.Bpf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class GracePeriodTest {
  private static final int LARGE = 1 << 20;
  private static final int COPIES = 400;
  private static final int STARTED = 1024;
  private static final int FINISHED = 1028;

  @Test
  void lastsUntilARunningProgramHasEnded() throws Exception {
    try (KernelObjects objects = KernelObjects.create(plan())) {
      int caughtRunning = 0;
      for (int round = 0; round < 100 && caughtRunning < 5; round++) {
        objects.globals().setInt(STARTED, 0);
        objects.globals().setInt(FINISHED, 0);
        Thread runner = new Thread(() -> Bpf.runRawTracepoint(objects.programs().getFirst()));
        runner.start();
        while (objects.globals().getInt(STARTED) == 0) {
          Thread.onSpinWait();
        }
        // On a busy machine this thread may have been away until the program was over.
        if (objects.globals().getInt(FINISHED) == 0) {
          caughtRunning++;
        }
        objects.gracePeriod().await();
        assertThat(objects.globals().getInt(FINISHED)).isEqualTo(1);
        runner.join();
      }
      // With one processor nobody can watch a program run.
      assertThat(caughtRunning > 0).isEqualTo(Cpus.online().size() > 1);
    }
  }

  /** A program that takes long: it copies large map values, between two flags. */
  private static Plan plan() {
    Instruction.Label loop = new Instruction.Label(1);
    List<Instruction> code =
        List.of(
            new Instruction.LoadMapValue(R1, KernelMap.GLOBALS, STARTED),
            new Instruction.StoreImmediate(Size.WORD, R1, 0, 1),
            new Instruction.StoreImmediate(Size.DOUBLE, R10, -8, 0),
            new Instruction.AluImmediate(AluOperation.MOV, true, R6, 0),
            loop,
            new Instruction.LoadMap(R1, 3),
            new Instruction.AluRegister(AluOperation.MOV, true, R2, R10),
            new Instruction.AluImmediate(AluOperation.ADD, true, R2, -8),
            new Instruction.LoadMapValue(R3, 4, 0),
            new Instruction.AluImmediate(AluOperation.MOV, true, R4, 0),
            new Instruction.Call(Helper.MAP_UPDATE_ELEM),
            new Instruction.AluImmediate(AluOperation.ADD, true, R6, 1),
            new Instruction.JumpImmediate(Condition.LT, true, R6, COPIES, loop),
            new Instruction.LoadMapValue(R1, KernelMap.GLOBALS, FINISHED),
            new Instruction.StoreImmediate(Size.WORD, R1, 0, 1),
            new Instruction.AluImmediate(AluOperation.MOV, true, R0, 0),
            new Instruction.Exit());
    Plan empty = HandPlans.plan(List.of(), List.of());
    List<KernelMap> maps = new ArrayList<>(empty.maps());
    maps.add(new KernelMap("large", KernelMap.Kind.ARRAY, 4, LARGE, 1, false));
    maps.add(new KernelMap("large2", KernelMap.Kind.ARRAY, 4, LARGE, 1, false));
    return new Plan(
        maps,
        List.of(HandPlans.program("slow", Program.Kind.RAW_TRACEPOINT, code)),
        List.of(),
        List.of(),
        empty.globals(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
