package jbt.compiler;

import jbt.compiler.check.Checked;
import jbt.compiler.check.CheckedPrinter;
import jbt.compiler.check.Checker;
import jbt.compiler.ir.CodeGeneration;
import jbt.compiler.ir.TooLargeException;
import jbt.compiler.lang.AstPrinter;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parser;
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
  public static Plan compile(String script, String file, Parameters parameters, Target target)
      throws CompileException {
    Source main = new Source(file, script);
    Checked checked = Checker.check(main, parameters, target);
    try {
      return CodeGeneration.generate(checked, target);
    } catch (TooLargeException e) {
      throw error(e, preprocessed(main, parameters, target));
    }
  }

  private static CompileException error(TooLargeException e, Source source) {
    Diagnostics diagnostics = new Diagnostics();
    diagnostics.error(e.range(), String.valueOf(e.getMessage()));
    return new CompileException(diagnostics.render(source), false);
  }

  private static Source preprocessed(Source main, Parameters parameters, Target target) {
    Diagnostics ignored = new Diagnostics();
    return Checker.preprocess(main, parameters, target, ignored).source();
  }

  /** Compiles a script that has no parameters. */
  public static Plan compile(String script, String file, Target target) throws CompileException {
    return compile(script, file, Parameters.NONE, target);
  }

  /**
   * What becomes of a script on its way: the syntax tree, the checked script, the three-address
   * code and the instructions, each with the lines of the script.
   *
   * @throws CompileException with every error found
   */
  public static String dump(String script, String file, Parameters parameters, Target target)
      throws CompileException {
    Source main = new Source(file, script);
    Source source = preprocessed(main, parameters, target);
    Checked checked = Checker.check(main, parameters, target);
    try {
      return "Syntax tree:\n"
          + AstPrinter.print(Parser.parse(source, new Diagnostics()), source)
          + "\nChecked script:\n"
          + CheckedPrinter.print(checked, source)
          + "\nIntermediate code:\n"
          + CodeGeneration.dump(checked, target, source.text())
          + "\nInstructions:\n"
          + Listing.print(CodeGeneration.generate(checked, target), source);
    } catch (TooLargeException e) {
      throw error(e, source);
    }
  }
}
