package jbt.server.targets;

import java.util.List;

/** Finds the targets that expressions name. */
@FunctionalInterface
public interface Inventory {
  /** Where an agent listens unless something else is said. */
  int AGENT_PORT = 7010;

  /** Where a collector listens unless something else is said. */
  int COLLECTOR_PORT = 7020;

  /**
   * The targets of {@code web[01-20],db1}, each once.
   *
   * @throws TargetException when nothing is named, or something that is not known
   */
  List<Selected> select(List<String> expressions) throws TargetException;

  /** Without a file: every name is an agent, at the address that DNS says. */
  static Inventory dns(int port) {
    return expressions ->
        HostNames.expand(expressions).stream()
            .map(name -> new Selected(new Target(name, name, port, List.of()), List.of(name)))
            .toList();
  }
}
