package jbt.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Mapping;
import jbt.kernel.sys.Pages;
import jbt.kernel.sys.SystemCallException;

/** The maps and programs of a plan, in the plan's order, and what is mapped of them. */
final class KernelObjects implements AutoCloseable {
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final List<Fd> maps = new ArrayList<>();
  private final List<Fd> programs = new ArrayList<>();
  private final int possibleCpus;
  private final SharedGlobals globals;
  private final RingReader dataRing;
  private final RingReader controlRing;
  private final Optional<PacketReader> packets;
  private final GracePeriod gracePeriod;

  private KernelObjects(Plan plan) throws LoadException {
    try {
      for (KernelMap map : plan.maps()) {
        maps.add(own(map.kind() == KernelMap.Kind.UNWIND ? unwindMap(map, plan) : createMap(map)));
      }
      List<Integer> cpus = Cpus.possible();
      possibleCpus = cpus.size();
      globals =
          own(new SharedGlobals(maps.get(KernelMap.GLOBALS), plan.globals(), cpus.getLast() + 1));
      dataRing = own(ring(plan, KernelMap.DATA_RING));
      controlRing = own(ring(plan, KernelMap.CONTROL_RING));
      packets = packets(plan);
      gracePeriod = own(new GracePeriod());
      for (Program program : plan.programs()) {
        programs.add(own(ProgramLoader.load(program, place -> maps.get(place).number())));
      }
      TracePipe.open(plan.programs());
    } catch (SystemCallException e) {
      close();
      throw LoadException.of("create maps", e);
    } catch (LoadException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  static KernelObjects create(Plan plan) throws LoadException {
    return new KernelObjects(plan);
  }

  private static Fd createMap(KernelMap map) throws LoadException {
    int flags = map.mmapable() ? Bpf.MAP_MMAPABLE : 0;
    try {
      return map.kind() == KernelMap.Kind.THREADS
          ? Bpf.createTaskStorage(map.valueSize() / Long.BYTES, map.name())
          : Bpf.createMap(
              type(map), map.keySize(), map.valueSize(), map.maxEntries(), flags, map.name());
    } catch (SystemCallException e) {
      throw LoadException.of("create map " + map.name(), e);
    }
  }

  private static int type(KernelMap map) {
    return switch (map.kind()) {
      case ARRAY, UNWIND -> Bpf.MAP_TYPE_ARRAY;
      case HASH, STACKS -> Bpf.MAP_TYPE_HASH;
      case PERCPU_HASH -> Bpf.MAP_TYPE_PERCPU_HASH;
      case PERCPU_ARRAY -> Bpf.MAP_TYPE_PERCPU_ARRAY;
      case LRU_HASH -> Bpf.MAP_TYPE_LRU_HASH;
      case LRU_PERCPU_HASH -> Bpf.MAP_TYPE_LRU_PERCPU_HASH;
      case PACKETS -> Bpf.MAP_TYPE_PERF_EVENT_ARRAY;
      case RING_BUFFER -> Bpf.MAP_TYPE_RINGBUF;
      case PROGRAM_ARRAY -> Bpf.MAP_TYPE_PROGRAM_ARRAY;
      case THREADS -> throw new IllegalArgumentException("made with its types: " + map);
    };
  }

  private static Fd unwindMap(KernelMap map, Plan plan) throws LoadException {
    UnwindTable table = new UnwindTable(plan.unwound().orElseThrow());
    int rows = table.count(map.maxEntries());
    KernelMap made =
        new KernelMap(map.name(), map.kind(), map.keySize(), map.valueSize(), rows, map.mmapable());
    Fd fd = createMap(made);
    long page = Pages.size();
    long bytes = (long) rows * map.valueSize();
    try (Mapping mapping = Mapping.writable(fd, 0, (bytes + page - 1) / page * page)) {
      table.fill(mapping.bytes().asLongBuffer(), rows);
      return fd;
    } catch (SystemCallException e) {
      fd.close();
      throw LoadException.of("fill map " + map.name(), e);
    }
  }

  private RingReader ring(Plan plan, int place) {
    return new RingReader(maps.get(place), plan.maps().get(place).maxEntries());
  }

  private Optional<PacketReader> packets(Plan plan) {
    for (int i = 0; i < plan.maps().size(); i++) {
      if (plan.maps().get(i).kind() == KernelMap.Kind.PACKETS) {
        return Optional.of(own(new PacketReader(maps.get(i))));
      }
    }
    return Optional.empty();
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  List<Fd> maps() {
    return maps;
  }

  List<Fd> programs() {
    return programs;
  }

  /** Values that an element of a per-CPU map has. */
  int possibleCpus() {
    return possibleCpus;
  }

  SharedGlobals globals() {
    return globals;
  }

  RingReader dataRing() {
    return dataRing;
  }

  RingReader controlRing() {
    return controlRing;
  }

  Optional<PacketReader> packets() {
    return packets;
  }

  GracePeriod gracePeriod() {
    return gracePeriod;
  }

  @Override
  public void close() {
    for (AutoCloseable resource : owned.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("close what a plan holds in the kernel", e);
      }
    }
  }
}
