package jbt.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.cli.session.Modes;
import jbt.cli.session.Parameters;
import jbt.transport.Role;

/** What a command line asks for. */
sealed interface Command {
  record Help() implements Command {}

  record Version() implements Command {}

  record PkiInit(Path folder, int days) implements Command {}

  record PkiIssue(Path folder, Role role, String name, List<String> dns, int days)
      implements Command {}

  /**
   * -l: the attach points that match, or what those of a script stand for.
   *
   * @param process whose program and libraries are looked at, too
   * @param script as it would run
   */
  record ListProbes(
      Where where, String pattern, OptionalInt process, boolean details, Optional<Trace> script)
      implements Command {}

  /** --info: what hosts can do. */
  record Info(Where where) implements Command {}

  /**
   * Run a script.
   *
   * @param source -e, a file, or "-"
   * @param folders where headers are that it includes
   * @param output -o
   * @param durationNanos 0 for no end of its own
   */
  record Trace(
      Where where,
      Source source,
      Parameters parameters,
      List<Path> folders,
      boolean perHost,
      boolean json,
      Optional<Path> output,
      boolean quiet,
      boolean verbose,
      boolean dump,
      long durationNanos,
      Modes modes)
      implements Command {}

  /** Where a script comes from. */
  sealed interface Source {
    record Text(String script) implements Source {}

    record File(Path path) implements Source {}

    record StandardInput() implements Source {}
  }

  /**
   * Which hosts, and how to reach them.
   *
   * @param hosts expressions, as named; empty for this host
   * @param collector NAME or NAME:PORT
   */
  record Where(
      List<String> hosts,
      Optional<String> collector,
      Optional<Path> inventory,
      Path certificate,
      Path key,
      Path authority) {}
}
