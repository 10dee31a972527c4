package jbt.cli.session;

import java.util.Optional;
import java.util.OptionalInt;
import jbt.v1.Mode;

/**
 * How a script is run.
 *
 * @param unsafe it may do something to a host, where the host allows that
 * @param process the only one that is traced
 * @param command started with the script, which ends with it
 * @param dryRun it ends as soon as it is attached, and shows nothing that it prints
 * @param warnings what the script or the compiler warns of is shown
 * @param mostLost events that may be lost before that is a failure
 * @param fewestHosts that must deliver for success
 * @param mode which of its probes run
 * @param filter a regular expression of those of test and bench; empty for all
 * @param failures calls of kernel functions that fail are told of
 * @param buffering when output is written
 * @param graphs what is drawn of the final maps
 */
public record Modes(
    boolean unsafe,
    OptionalInt process,
    Optional<String> command,
    boolean dryRun,
    boolean warnings,
    long mostLost,
    int fewestHosts,
    Mode mode,
    String filter,
    boolean failures,
    Buffering buffering,
    Graphs graphs) {
  public static final Modes NORMAL =
      new Modes(
          false,
          OptionalInt.empty(),
          Optional.empty(),
          false,
          true,
          Long.MAX_VALUE,
          0,
          Mode.MODE_TRACE,
          "",
          false,
          Buffering.LINE,
          Graphs.NONE);
}
