package jbt.compiler.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.compiler.interpreter.Bytes;
import jbt.compiler.interpreter.ScriptExpectations;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;

/** Compares what a script did with what it must do. */
public final class Comparison {
  private Comparison() {}

  /**
   * Fails where they differ.
   *
   * @param where names the run in messages
   */
  public static void check(Plan plan, Run run, RandomScript.Outcome outcome, String where) {
    for (int i = 0; i < plan.scriptMaps().size(); i++) {
      ScriptMap map = plan.scriptMaps().get(i);
      if (map.storage() instanceof ScriptMap.Storage.Threads) {
        continue; // nobody can look into those
      }
      Map<Bytes, List<Long>> expected = ScriptExpectations.contents(map, outcome.maps());
      Map<Bytes, List<Long>> found = ScriptExpectations.withoutZeros(run.contents(i));
      if (!found.equals(expected)) {
        assertThat(readable(found)).as("%s in %s", map.name(), where).isEqualTo(readable(expected));
      }
    }
    assertThat(decoded(plan, run, KernelMap.DATA_RING))
        .as("records in %s", where)
        .isEqualTo(outcome.data());
    assertThat(decoded(plan, run, KernelMap.CONTROL_RING))
        .as("control records in %s", where)
        .isEqualTo(outcome.control());
    assertThat(run.losses()).as("losses in %s", where).containsOnly(0);
  }

  /** By key the words that are not zero, by their places. */
  private static Map<String, Map<Integer, Long>> readable(Map<Bytes, List<Long>> contents) {
    Map<String, Map<Integer, Long>> all = new TreeMap<>();
    contents.forEach(
        (key, words) -> {
          Map<Integer, Long> set = new TreeMap<>();
          for (int i = 0; i < words.size(); i++) {
            if (words.get(i) != 0) {
              set.put(i, words.get(i));
            }
          }
          all.put(key.toString(), set);
        });
    return all;
  }

  private static List<List<Object>> decoded(Plan plan, Run run, int ring) {
    return run.records(ring).stream().map(r -> ScriptExpectations.arguments(plan, r)).toList();
  }
}
