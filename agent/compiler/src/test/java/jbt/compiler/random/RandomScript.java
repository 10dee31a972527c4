package jbt.compiler.random;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import jbt.compiler.random.Node.Probe;

/** A random well-typed script. The same seed gives the same script. */
public final class RandomScript {
  /** In the message about a script that comes to more than the kernel takes. */
  public static final String TOO_LARGE = ", a program can ";

  private static final int MOST_CALLS = 4;
  private static final int ONE_IN_WITH_EVENTS = 3;

  private final long seed;
  private final List<Node.Function> functions;
  private final List<Probe> probes;
  private final List<Event> events;

  private RandomScript(long seed, Generator.Script script, List<Event> events) {
    this.seed = seed;
    this.functions = script.functions();
    this.probes = script.probes();
    this.events = events;
  }

  public static RandomScript of(long seed) {
    Random random = new Random(seed);
    List<Event.Point> points = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    if (random.nextInt(ONE_IN_WITH_EVENTS) == 0) {
      // Which of the two kinds of tracepoints sees a call first is up to the kernel.
      List<Event.Point> all =
          random.nextBoolean()
              ? List.of(Event.RAW)
              : List.of(Event.FACCESSAT, Event.GETPGID, Event.FACCESSAT);
      all.stream().filter(point -> random.nextInt(4) > 0).forEach(points::add);
      int calls = random.nextInt(MOST_CALLS + 1);
      for (int i = 0; i < calls; i++) {
        events.add(Event.random(random));
      }
    }
    return new RandomScript(
        seed, Generator.script(random, Host.BUILTINS, points), List.copyOf(events));
  }

  /** The script, of whose events those of one thread count. */
  public String text(Host host) {
    return Writer.write(functions, probes).replace(Host.TID, Integer.toString(host.tid()));
  }

  public int programs() {
    return probes.size();
  }

  /** The calls to be made between BEGIN and END. */
  public List<Event> events() {
    return events;
  }

  /**
   * What the script does.
   *
   * @param path address of the paths of the calls
   */
  public Outcome outcome(Host host, long path) {
    Evaluator evaluator = new Evaluator();
    probes.stream()
        .filter(probe -> probe.point().equals("BEGIN"))
        .takeWhile(probe -> !evaluator.exited())
        .forEach(probe -> evaluator.run(probe, host.values(), List.of()));
    if (!evaluator.exited()) {
      for (Event event : events) {
        Map<String, Object> values = new HashMap<>(host.values());
        values.putAll(event.values());
        for (Probe probe : probes) {
          boolean here =
              probe.point().startsWith("tracepoint:")
                  && event.passes(probe.point().substring("tracepoint:".length()));
          if (here && !evaluator.exited()) {
            evaluator.run(probe, values, event.registers(path));
          }
        }
      }
    }
    probes.stream()
        .filter(probe -> probe.point().equals("END"))
        .forEach(probe -> evaluator.run(probe, host.values(), List.of()));
    return new Outcome(evaluator.maps(), evaluator.data(), evaluator.control());
  }

  /**
   * What a script leaves. Numbers are Long, texts String, tuples List.
   *
   * @param maps by name with "@", then by key parts; values of avg and stats are a list of total
   *     and count, of hist and lhist a map from bucket to count
   * @param data for each record the arguments
   * @param control for each record the kind of the site, the map, and what else there is
   */
  public record Outcome(
      Map<String, Map<List<Object>, Object>> maps,
      List<List<Object>> data,
      List<List<Object>> control) {}

  @Override
  public String toString() {
    return "seed " + seed;
  }
}
