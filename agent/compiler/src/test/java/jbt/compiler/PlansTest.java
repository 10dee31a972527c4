package jbt.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import org.junit.jupiter.api.Test;

class PlansTest {
  private static final String SCRIPT =
      "tracepoint:syscalls:sys_enter_openat /label(\"rack\") == \"7\"/ { @[args.dfd] = count(); }";

  private final Plans plans = new Plans();

  /** A host whose label and one of whose events can be changed. */
  private static final class Changing implements Target {
    private final Target same = new FakeTarget("host");
    private String rack = "7";
    private int moved;

    @Override
    public String hostName() {
      return same.hostName();
    }

    @Override
    public int possibleCpus() {
      return same.possibleCpus();
    }

    @Override
    public List<String> tracepoints() {
      return same.tracepoints();
    }

    @Override
    public Optional<TracepointFormat> tracepoint(String category, String event) {
      return same.tracepoint(category, event)
          .map(
              format ->
                  new TracepointFormat(
                      format.id(), format.fields().stream().map(this::moved).toList()));
    }

    private TracepointFormat.Field moved(TracepointFormat.Field field) {
      return new TracepointFormat.Field(
          field.name(),
          field.type(),
          field.arrayLength(),
          field.offset() + moved,
          field.size(),
          field.signed());
    }

    @Override
    public Binaries binaries() {
      return same.binaries();
    }

    @Override
    public KernelFunctions functions() {
      return same.functions();
    }

    @Override
    public Optional<String> label(String name) {
      return name.equals("rack") ? Optional.of(rack) : Optional.empty();
    }

    @Override
    public Answer feature(Feature feature) {
      return same.feature(feature);
    }
  }

  private Plan compile(String script, Parameters parameters, Target target)
      throws CompileException {
    return plans.compile(script, "stdin", parameters, target);
  }

  @Test
  void keepsThePlanOfAScript() throws CompileException {
    Changing host = new Changing();
    Plan first = compile(SCRIPT, Parameters.NONE, host);
    assertThat(compile(SCRIPT, Parameters.NONE, host)).isSameAs(first);
    assertThat(compile(SCRIPT + " ", Parameters.NONE, host)).isNotSameAs(first);
    Parameters argument = new Parameters(List.of("1"), Map.of());
    assertThat(compile(SCRIPT, argument, host)).isNotSameAs(first);
    assertThat(compile(SCRIPT, Parameters.NONE, host)).isSameAs(first);
    plans.forget();
    assertThat(compile(SCRIPT, Parameters.NONE, host)).isNotSameAs(first).isEqualTo(first);
  }

  @Test
  void compilesAgainWhereTheHostHasChanged() throws CompileException {
    Changing host = new Changing();
    Plan first = compile(SCRIPT, Parameters.NONE, host);
    host.rack = "8";
    Plan elsewhere = compile(SCRIPT, Parameters.NONE, host);
    assertThat(elsewhere).isNotEqualTo(first);
    host.rack = "7";
    Plan back = compile(SCRIPT, Parameters.NONE, host);
    assertThat(back).isNotSameAs(first).isEqualTo(first);
    host.moved = 8;
    assertThat(compile(SCRIPT, Parameters.NONE, host)).isNotEqualTo(back);
  }

  @Test
  void keepsOnlyAsManyAsThereIsRoomFor() throws CompileException {
    Changing host = new Changing();
    Plan first = compile(SCRIPT, Parameters.NONE, host);
    for (int i = 0; i < 1000; i++) {
      compile(SCRIPT + "// " + i, Parameters.NONE, host);
    }
    assertThat(compile(SCRIPT, Parameters.NONE, host)).isNotSameAs(first);
  }

  @Test
  void keepsNoneForPrograms() throws CompileException {
    Target host = new FakeTarget("host");
    String script = "uprobe:/bin/app:work_a { @ = count(); }";
    Plan first = compile(script, Parameters.NONE, host);
    assertThat(compile(script, Parameters.NONE, host)).isNotSameAs(first);
  }
}
