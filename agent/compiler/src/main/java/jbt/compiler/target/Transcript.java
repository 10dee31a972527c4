package jbt.compiler.target;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import jbt.compiler.types.KernelTypes;

/**
 * A host that is asked while a script is compiled, and what it has answered: for the same answers
 * the compiler makes the same plan. Most of them a host has at hand, so that it costs next to
 * nothing to ask again.
 */
public final class Transcript implements Target {
  private record Asked(Supplier<?> question, Object answer) {}

  private final Target host;
  private final List<Asked> asked = new ArrayList<>();
  private boolean complete = true;

  public Transcript(Target host) {
    this.host = host;
  }

  /** Whether all questions are in it: those about programs and libraries are not. */
  public boolean complete() {
    return complete;
  }

  /** Whether the host still answers as it did. */
  public boolean holds() {
    return asked.stream().allMatch(a -> a.question.get().equals(a.answer));
  }

  private <T> T ask(Supplier<T> question) {
    T answer = question.get();
    asked.add(new Asked(question, answer));
    return answer;
  }

  @Override
  public Binaries binaries() {
    return new Programs(host.binaries());
  }

  @Override
  public KernelFunctions functions() {
    return new Functions(host.functions());
  }

  @Override
  public String hostName() {
    return ask(host::hostName);
  }

  @Override
  public int possibleCpus() {
    return ask(host::possibleCpus);
  }

  @Override
  public List<String> tracepoints() {
    return ask(host::tracepoints);
  }

  @Override
  public Optional<TracepointFormat> tracepoint(String category, String event) {
    return ask(() -> host.tracepoint(category, event));
  }

  @Override
  public Optional<KernelTypes> kernelTypes() {
    return ask(host::kernelTypes);
  }

  @Override
  public String withoutTypes() {
    return ask(host::withoutTypes);
  }

  @Override
  public Optional<String> label(String name) {
    return ask(() -> host.label(name));
  }

  @Override
  public OptionalLong kernelSymbol(String name) {
    return ask(() -> host.kernelSymbol(name));
  }

  @Override
  public OptionalLong controlGroup(String path) {
    return ask(() -> host.controlGroup(path));
  }

  @Override
  public OptionalInt threadStatus() {
    return ask(host::threadStatus);
  }

  @Override
  public OptionalInt kernelVersion() {
    return ask(host::kernelVersion);
  }

  @Override
  public Answer feature(Feature feature) {
    return ask(() -> host.feature(feature));
  }

  private final class Programs implements Binaries {
    private final Binaries all;

    Programs(Binaries all) {
      this.all = all;
    }

    private Binaries notKept() {
      complete = false;
      return all;
    }

    @Override
    public List<String> find(String name) throws BinaryException {
      return notKept().find(name);
    }

    @Override
    public Optional<String> program(int process) {
      return notKept().program(process);
    }

    @Override
    public List<String> mapped(int process) {
      return notKept().mapped(process);
    }

    @Override
    public List<String> mapped() throws BinaryException {
      return notKept().mapped();
    }

    @Override
    public Binary open(String file) throws BinaryException {
      return notKept().open(file);
    }
  }

  private final class Functions implements KernelFunctions {
    private final KernelFunctions all;

    Functions(KernelFunctions all) {
      this.all = all;
    }

    @Override
    public List<Name> traceable() {
      return ask(all::traceable);
    }

    @Override
    public Optional<Set<String>> forbidden() {
      return ask(all::forbidden);
    }

    @Override
    public Map<String, List<Function>> named(Collection<String> names) {
      List<String> same = List.copyOf(names);
      return ask(() -> all.named(same));
    }

    @Override
    public Optional<Function> at(long address) {
      return ask(() -> all.at(address));
    }

    @Override
    public Optional<List<Long>> instructions(Function function) {
      return ask(() -> all.instructions(function));
    }
  }
}
