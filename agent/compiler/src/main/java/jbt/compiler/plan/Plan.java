package jbt.compiler.plan;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A compiled script: plain data, the same to the byte for the same script and target.
 *
 * <p>Kernel maps are named by their place in {@link #maps}; the first ones have fixed places, see
 * {@link KernelMap}.
 *
 * @param unwound the process whose code a map of kind UNWIND describes, where there is one
 */
public record Plan(
    List<KernelMap> maps,
    List<Program> programs,
    List<Attachment> attachments,
    List<String> attachPointNames,
    Globals globals,
    List<ScriptMap> scriptMaps,
    List<Site> sites,
    List<LossCounter> lossCounters,
    List<FailureCounter> failureCounters,
    OptionalInt unwound,
    Settings settings,
    List<String> warnings,
    List<Decision> decisions) {
  public Plan {
    maps = List.copyOf(maps);
    programs = List.copyOf(programs);
    attachments = List.copyOf(attachments);
    attachPointNames = List.copyOf(attachPointNames);
    scriptMaps = List.copyOf(scriptMaps);
    sites = List.copyOf(sites);
    lossCounters = List.copyOf(lossCounters);
    failureCounters = List.copyOf(failureCounters);
    warnings = List.copyOf(warnings);
    decisions = List.copyOf(decisions);
  }

  /** A plan of a script without settings. */
  public Plan(
      List<KernelMap> maps,
      List<Program> programs,
      List<Attachment> attachments,
      List<String> attachPointNames,
      Globals globals,
      List<ScriptMap> scriptMaps,
      List<Site> sites,
      List<LossCounter> lossCounters,
      List<String> warnings) {
    this(
        maps,
        programs,
        attachments,
        attachPointNames,
        globals,
        scriptMaps,
        sites,
        lossCounters,
        List.of(),
        OptionalInt.empty(),
        Settings.DEFAULT,
        warnings,
        List.of());
  }

  /** Of several attach points of one name the first has the cookie; 0 is that of none. */
  public List<String> namesByCookie() {
    return Stream.concat(Stream.of(""), attachPointNames.stream()).toList();
  }

  /** The same with some attach points left out and some warnings added. */
  public Plan without(Set<Attachment> missing, List<String> more) {
    return new Plan(
        maps,
        programs,
        attachments.stream().filter(attachment -> !missing.contains(attachment)).toList(),
        attachPointNames,
        globals,
        scriptMaps,
        sites,
        lossCounters,
        failureCounters,
        unwound,
        settings,
        Stream.concat(warnings.stream(), more.stream()).toList(),
        decisions);
  }
}
