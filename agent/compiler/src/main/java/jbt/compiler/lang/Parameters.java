package jbt.compiler.lang;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a script is started with.
 *
 * @param arguments {@code $1}, {@code $2} and so on
 * @param options of {@code getopt}, by their names without dashes
 * @param imports texts of the scripts that may be imported and of headers that may be included, by
 *     path as {@link Imports} makes it, or as it is written
 * @param includes headers that are included in front of the script
 * @param settings of the config block that count more than those of the script
 * @param circumstances what it may do, and to whom
 */
public record Parameters(
    List<String> arguments,
    Map<String, String> options,
    Map<String, String> imports,
    List<String> includes,
    Map<String, String> settings,
    Circumstances circumstances) {
  public static final Parameters NONE = new Parameters(Circumstances.NORMAL);

  /** Whether functions that do more than to look on may be used. */
  public enum Unsafe {
    ALLOWED,
    /** The host would allow them. */
    NOT_ASKED,
    FORBIDDEN
  }

  /** Which probes run. */
  public enum Mode {
    /** All but those of test and bench. */
    TRACE,
    /** Those of test, too. */
    TEST,
    /** Those of bench, too. */
    BENCH
  }

  /**
   * What a script may do, and to whom.
   *
   * @param mode which of its probes run
   * @param failures calls that fail are counted, place by place
   * @param merged maps of several hosts become one, without plain values that are never printed
   * @param unsafe whether it may do something to the host
   * @param files whether it may read files of the host
   * @param process the only one that it traces
   * @param command {@code cpid}: the process of the command that was started with it
   * @param careful the verifier did not finish with the fastest code
   */
  public record Circumstances(
      Mode mode,
      boolean failures,
      boolean merged,
      Unsafe unsafe,
      Unsafe files,
      OptionalInt process,
      OptionalInt command,
      boolean careful) {
    public Circumstances(
        Mode mode,
        boolean failures,
        boolean merged,
        Unsafe unsafe,
        Unsafe files,
        OptionalInt process,
        OptionalInt command) {
      this(mode, failures, merged, unsafe, files, process, command, false);
    }

    /** Failed calls are not counted, and there is one host. */
    public Circumstances(
        Mode mode, Unsafe unsafe, Unsafe files, OptionalInt process, OptionalInt command) {
      this(mode, false, false, unsafe, files, process, command);
    }

    /** It only looks on. */
    public static final Circumstances NORMAL =
        new Circumstances(
            Mode.TRACE,
            false,
            false,
            Unsafe.NOT_ASKED,
            Unsafe.NOT_ASKED,
            OptionalInt.empty(),
            OptionalInt.empty());

    private Circumstances carefully() {
      return new Circumstances(mode, failures, merged, unsafe, files, process, command, true);
    }
  }

  public Parameters {
    arguments = List.copyOf(arguments);
    options = Map.copyOf(options);
    imports = Map.copyOf(imports);
    includes = List.copyOf(includes);
    settings = Map.copyOf(settings);
  }

  /** The same for code that is slower and has fewer ways for the verifier to go. */
  public Parameters carefully() {
    return new Parameters(
        arguments, options, imports, includes, settings, circumstances.carefully());
  }

  /** Started with nothing. */
  public Parameters(Circumstances circumstances) {
    this(List.of(), Map.of(), Map.of(), List.of(), Map.of(), circumstances);
  }

  public Parameters(
      List<String> arguments,
      Map<String, String> options,
      Map<String, String> imports,
      List<String> includes,
      Map<String, String> settings) {
    this(arguments, options, imports, includes, settings, Circumstances.NORMAL);
  }

  public Parameters(
      List<String> arguments, Map<String, String> options, Map<String, String> imports) {
    this(arguments, options, imports, List.of(), Map.of());
  }

  public Parameters(List<String> arguments, Map<String, String> options) {
    this(arguments, options, Map.of());
  }
}
