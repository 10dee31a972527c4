package jbt.cli.session;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import jbt.v1.Keying;
import jbt.v1.Limits;
import jbt.v1.NamedText;
import jbt.v1.Start;

/**
 * What a run was asked to do.
 *
 * @param file the name of the script in messages
 * @param hosts the hosts named, each once; empty for this one
 * @param durationNanos 0 for no end of its own
 * @param opens the service has no collector that opens the gate by itself
 * @param command the process of the command that was started, where there is one
 */
public record Wanted(
    String script,
    String file,
    Parameters parameters,
    List<String> hosts,
    boolean perHost,
    boolean dump,
    boolean quiet,
    boolean verbose,
    long durationNanos,
    boolean opens,
    Modes modes,
    OptionalInt command) {
  public Wanted {
    hosts = List.copyOf(hosts);
  }

  public boolean many() {
    return hosts.size() > 1;
  }

  int expected() {
    return Math.max(1, hosts.size());
  }

  /** Without the session's id. */
  public Start.Builder start() {
    Keying keying =
        !many() ? Keying.KEYING_ONE_HOST : perHost ? Keying.KEYING_PER_HOST : Keying.KEYING_MERGED;
    return Start.newBuilder()
        .setScript(script)
        .setFile(file)
        .addAllHosts(hosts)
        .setKeying(keying)
        .setDump(dump)
        .setMode(modes.mode())
        .setProbeFilter(modes.filter())
        .setFailures(modes.failures())
        .setUnsafe(modes.unsafe())
        .setDryRun(modes.dryRun())
        .setProcess(modes.process().orElse(0))
        .setCommand(command.orElse(0))
        .addAllArguments(parameters.positional())
        .addAllIncludes(parameters.includes())
        .addAllOptions(entries(parameters.named()))
        .addAllImports(entries(parameters.imports()))
        .addAllSettings(entries(parameters.settings()))
        .setLimits(Limits.newBuilder().setDurationNs(durationNanos));
  }

  private static List<NamedText> entries(Map<String, String> texts) {
    return texts.entrySet().stream()
        .map(e -> NamedText.newBuilder().setName(e.getKey()).setText(e.getValue()).build())
        .toList();
  }
}
