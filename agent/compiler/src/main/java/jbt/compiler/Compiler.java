package jbt.compiler;

import jbt.compiler.check.Checker;
import jbt.compiler.ir.CodeGeneration;
import jbt.compiler.lang.Source;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target;

/** The whole way from script text to a plan. */
public final class Compiler {
  private Compiler() {}

  /**
   * Compiles a script.
   *
   * @param file name that diagnostics print; never opened
   * @throws CompileException with every error found
   */
  public static Plan compile(String script, String file, Target target) throws CompileException {
    return CodeGeneration.generate(Checker.check(new Source(file, script), target), target);
  }
}
