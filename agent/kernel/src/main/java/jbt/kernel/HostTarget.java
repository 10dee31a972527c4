package jbt.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import jbt.compiler.bpf.Helper;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.KernelTypes;
import jbt.kernel.binaries.HostBinaries;
import jbt.kernel.symbols.ControlGroups;
import jbt.kernel.symbols.KernelSymbols;
import jbt.kernel.sys.KernelFolder;

/**
 * This host as the compiler sees it. What it answered once it answers again; tracefs is opened when
 * the first question needs it.
 */
public final class HostTarget implements Target, AutoCloseable {
  private final String hostName;
  private final Map<String, String> labels;
  private final Binaries binaries;
  private final int possibleCpus = Cpus.possible().getLast() + 1;
  private final Map<String, Optional<TracepointFormat>> formats = new HashMap<>();
  private final Map<Feature, Answer> features = new EnumMap<>(Feature.class);
  private final HostFunctions functions = new HostFunctions(this);
  private List<String> modules = Modules.loaded();
  private Optional<KernelFolder> tracefs = Optional.empty();
  private Optional<List<String>> tracepoints = Optional.empty();
  private Optional<Optional<KernelTypes>> kernelTypes = Optional.empty();
  private Optional<OptionalInt> threadStatus = Optional.empty();

  public HostTarget(String hostName) {
    this(hostName, Optional.empty());
  }

  /**
   * @param workingFolder where relative paths of programs start; empty if those who ask are on
   *     other hosts
   */
  public HostTarget(String hostName, Optional<Path> workingFolder) {
    this(hostName, workingFolder, Map.of());
  }

  /**
   * @param labels what the host's configuration says of it
   */
  public HostTarget(String hostName, Optional<Path> workingFolder, Map<String, String> labels) {
    this.hostName = hostName;
    this.labels = Map.copyOf(labels);
    this.binaries = new HostBinaries(workingFolder);
    KernelSymbols.ofThisHost().loaded(modules);
  }

  /**
   * Forgets what is known of the kernel's modules if others are loaded now. A host that is asked
   * for long is to be refreshed before each script.
   *
   * @return whether others are loaded
   */
  public synchronized boolean refresh() {
    List<String> now = Modules.loaded();
    if (now.equals(modules)) {
      return false;
    }
    modules = now;
    KernelSymbols.ofThisHost().loaded(now);
    formats.clear();
    tracepoints = Optional.empty();
    kernelTypes = Optional.empty();
    functions.forget();
    return true;
  }

  @Override
  public Binaries binaries() {
    return binaries;
  }

  @Override
  public String hostName() {
    return hostName;
  }

  @Override
  public Optional<String> label(String name) {
    return Optional.ofNullable(labels.get(name));
  }

  @Override
  public OptionalLong kernelSymbol(String name) {
    return KernelSymbols.ofThisHost().address(name);
  }

  @Override
  public OptionalLong controlGroup(String path) {
    return ControlGroups.idOf(path);
  }

  @Override
  public int possibleCpus() {
    return possibleCpus;
  }

  @Override
  public synchronized List<String> tracepoints() {
    if (tracepoints.isEmpty()) {
      tracepoints = Optional.of(readTracepoints());
    }
    return tracepoints.get();
  }

  private List<String> readTracepoints() {
    try {
      return List.copyOf(Files.readAllLines(root().resolve("available_events")));
    } catch (IOException e) {
      throw new UncheckedIOException("read the list of tracepoints", e);
    }
  }

  @Override
  public synchronized Optional<TracepointFormat> tracepoint(String category, String event) {
    return formats.computeIfAbsent(category + ":" + event, name -> readFormat(category, event));
  }

  private Optional<TracepointFormat> readFormat(String category, String event) {
    if (!isName(category) || !isName(event)) {
      return Optional.empty();
    }
    Path file = root().resolve("events").resolve(category).resolve(event).resolve("format");
    try {
      return Optional.of(TracepointFormats.parse(Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("read the format of " + category + ":" + event, e);
    }
  }

  /** Whether it may be part of a path. */
  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-');
  }

  /** A file of tracefs, as text. */
  synchronized String read(String file) throws IOException {
    return Files.readString(root().resolve(file));
  }

  private Path root() {
    if (tracefs.isEmpty()) {
      tracefs = Optional.of(KernelFolder.tracefs());
    }
    return tracefs.get().root();
  }

  @Override
  public synchronized Optional<KernelTypes> kernelTypes() {
    if (kernelTypes.isEmpty()) {
      kernelTypes = Optional.of(KernelBtf.read());
    }
    return kernelTypes.get();
  }

  @Override
  public String withoutTypes() {
    return KernelBtf.instead()
        .map(file -> file + " of BPFTRACE_BTF can't be read as type information (BTF)")
        .orElseGet(Target.super::withoutTypes);
  }

  @Override
  public KernelFunctions functions() {
    return functions;
  }

  @Override
  public synchronized OptionalInt threadStatus() {
    if (threadStatus.isEmpty()) {
      threadStatus = Optional.of(ThreadStatus.offset());
    }
    return threadStatus.get();
  }

  @Override
  public OptionalInt kernelVersion() {
    return KernelVersion.code(System.getProperty("os.version"));
  }

  @Override
  public synchronized Answer feature(Feature feature) {
    return features.computeIfAbsent(
        feature, which -> FeatureProbes.probe(which, this::kernelTypes));
  }

  /** Types of probes, and whether this kernel has them. */
  public Map<String, Answer> probeTypes() {
    return new ProbeTypes(this).all();
  }

  /** The kernel's functions that scripts need, without "bpf_", and whether they may be called. */
  public Map<String, Answer> helpers() {
    Map<String, Answer> answers = new TreeMap<>();
    for (Helper helper : Helper.values()) {
      answers.put(helper.toString(), FeatureProbes.helper(helper));
    }
    return answers;
  }

  @Override
  public synchronized void close() {
    tracefs.ifPresent(KernelFolder::close);
    tracefs = Optional.empty();
  }
}
