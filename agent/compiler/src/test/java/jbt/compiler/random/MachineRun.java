package jbt.compiler.random;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import jbt.compiler.interpreter.Bytes;
import jbt.compiler.interpreter.Machine;
import jbt.compiler.interpreter.ScriptExpectations;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target;

/** A random script on the machine without a kernel. */
public final class MachineRun implements Run {
  private final Plan plan;
  private final Machine machine;

  public MachineRun(
      RandomScript script, Plan plan, Target target, Host host, int processors, long path) {
    this.plan = plan;
    this.machine = new Machine(plan, processors);
    machine.environment().pid = host.pid();
    machine.environment().tid = host.tid();
    machine.environment().uid = host.uid();
    machine.environment().gid = host.gid();
    machine.environment().comm = host.comm();
    machine.begin();
    if (exitCodes() == 0) {
      script.events().forEach(event -> fire(event, target, processors, path));
    }
    run(Attachment.Point.End.class);
  }

  private long exitCodes() {
    return machine.records(KernelMap.CONTROL_RING).stream()
        .filter(record -> ScriptExpectations.arguments(plan, record).getFirst().equals("Exit"))
        .count();
  }

  private void fire(Event event, Target target, int processors, long path) {
    machine.environment().texts.put(path, event.path().getBytes(StandardCharsets.ISO_8859_1));
    int processor = Math.floorMod(event.hashCode(), processors);
    for (Attachment attachment : plan.attachments()) {
      if (attachment.point() instanceof Attachment.Point.Tracepoint point
          && event.passes(point.category() + ":" + point.event())) {
        machine.environment().cookie = attachment.cookie();
        byte[] record =
            event.record(target.tracepoint(point.category(), point.event()).orElseThrow(), path);
        machine.run(attachment.program(), processor, record);
      }
    }
  }

  private void run(Class<?> point) {
    for (Attachment attachment : plan.attachments()) {
      if (point.isInstance(attachment.point())) {
        machine.run(attachment.program(), 0, new byte[0]);
      }
    }
  }

  @Override
  public Map<Bytes, List<Long>> contents(int map) {
    return machine.contents(map, machine.generation(map));
  }

  @Override
  public List<byte[]> records(int ring) {
    return machine.records(ring);
  }

  @Override
  public long[] losses() {
    return machine.losses();
  }
}
