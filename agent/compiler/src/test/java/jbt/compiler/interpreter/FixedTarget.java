package jbt.compiler.interpreter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;

/** A host that a test describes: {@code category:event} and the formats. */
public record FixedTarget(int possibleCpus, Map<String, TracepointFormat> events)
    implements Target {
  public FixedTarget {
    events = Map.copyOf(events);
  }

  @Override
  public String hostName() {
    return "testhost";
  }

  @Override
  public List<String> tracepoints() {
    return events.keySet().stream().sorted().toList();
  }

  @Override
  public Optional<TracepointFormat> tracepoint(String category, String event) {
    return Optional.ofNullable(events.get(category + ":" + event));
  }

  @Override
  public Answer feature(Feature feature) {
    return Answer.YES;
  }
}
