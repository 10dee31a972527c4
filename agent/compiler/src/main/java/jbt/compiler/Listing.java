package jbt.compiler;

import java.util.List;
import jbt.compiler.bpf.Disassembler;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.lang.Source;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;

/** The instructions of a plan as text, with the lines of the script that they come from. */
final class Listing {
  private Listing() {}

  static String print(Plan plan, Source source) {
    List<String> maps = plan.maps().stream().map(KernelMap::name).toList();
    StringBuilder out = new StringBuilder();
    for (Program program : plan.programs()) {
      out.append("program ").append(program.name());
      out.append(" (").append(program.code().slots()).append(" slots)\n");
      append(out, program, maps, source);
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Program program, List<String> maps, Source source) {
    List<Instruction> instructions = program.code().instructions();
    int slot = 0;
    int line = 0;
    for (int i = 0; i < instructions.size(); i++) {
      int from = source.line(program.lines().get(i).start());
      if (from != line) {
        line = from;
        out.append("  // ").append(line).append(": ");
        out.append(source.lineText(line).strip()).append('\n');
      }
      String text = Disassembler.text(instructions.get(i), maps::get);
      boolean label = instructions.get(i) instanceof Instruction.Label;
      out.append(label ? text : "%5d: %s".formatted(slot, text)).append('\n');
      slot += instructions.get(i).slots();
    }
  }
}
