package jbt.compiler;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Member;
import jbt.compiler.types.Origin;
import jbt.compiler.types.Type;

/**
 * One program, {@code /bin/app}, loaded at 0x1000, where functions have instructions of 4 bytes.
 */
public final class FakeBinaries implements Binaries {
  private static final List<Binary.Function> FUNCTIONS =
      List.of(
          new Binary.Function("alias", 0x1100, 32),
          new Binary.Function("main", 0x1100, 32),
          new Binary.Function("work_a", 0x1140, 16),
          new Binary.Function("work_b", 0x1160, 16));

  private static final List<Binary.Marker> MARKERS =
      List.of(
          new Binary.Marker("app", "begin", 0x1104, 0, "-4@%edi 8@-8(%rbp) 4@$12"),
          new Binary.Marker("app", "begin", 0x1144, 0, "-4@%esi 8@16(%rsp,%rax,4) 4@$13"),
          new Binary.Marker("app", "end", 0x1148, 0x1200, "2@%dx strange"));

  private static final Type.Struct POINT =
      new Type.Struct("point", false, 16, new Origin("/bin/app", 1));

  /** Of work_a: the second is in another kind of register. */
  private static final List<Btf.Parameter> PARAMETERS =
      List.of(
          new Btf.Parameter("small", new Type.Int(1, true), false, 0),
          new Btf.Parameter("share", Type.NONE, false),
          new Btf.Parameter("p", new Type.Pointer(POINT, Type.AddressSpace.USER), false, 1),
          new Btf.Parameter("pair", POINT, false, 2),
          new Btf.Parameter("flags", Type.UINT32, false, 4));

  @Override
  public List<String> find(String name) {
    return name.equals("/bin/app") || name.equals("app") ? List.of("/bin/app") : List.of();
  }

  @Override
  public Optional<String> program(int process) {
    return process == 7 ? Optional.of("/bin/app") : Optional.empty();
  }

  @Override
  public List<String> mapped(int process) {
    return program(process).stream().toList();
  }

  @Override
  public List<String> mapped() {
    return mapped(7);
  }

  @Override
  public Binary open(String file) throws BinaryException {
    return new App();
  }

  private static final class App implements Binary {
    @Override
    public List<Function> functions() {
      return FUNCTIONS;
    }

    @Override
    public Optional<Function> function(String name) {
      return FUNCTIONS.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    @Override
    public OptionalLong chosen(Function chooser) {
      return OptionalLong.empty();
    }

    @Override
    public Optional<Function> at(long address) {
      return FUNCTIONS.stream()
          .filter(f -> f.address() <= address && address < f.address() + f.size())
          .max(Comparator.comparingLong(Function::address));
    }

    @Override
    public Optional<Datum> datum(String name) {
      return name.equals("counter") ? Optional.of(new Datum(0x1800, 4)) : Optional.empty();
    }

    @Override
    public boolean fixed() {
      return false;
    }

    @Override
    public String path() {
      return "/bin/app";
    }

    @Override
    public long inode() {
      return 12;
    }

    @Override
    public OptionalLong address(long fileOffset) {
      return OptionalLong.of(fileOffset + 0x1000);
    }

    @Override
    public OptionalLong fileOffset(long address) {
      return address >= 0x1000 && address < 0x2000
          ? OptionalLong.of(address - 0x1000)
          : OptionalLong.empty();
    }

    @Override
    public boolean isCode(long address) {
      return address < 0x1f80;
    }

    @Override
    public Optional<List<Long>> instructions(Function function) {
      return Optional.of(List.of(0L, 4L, 8L, 12L));
    }

    @Override
    public List<Marker> markers() {
      return MARKERS;
    }

    @Override
    public String written(Function function, boolean parameters) {
      return switch (function.name()) {
        case "work_a" -> parameters ? "ns::work(int*)" : "ns::work";
        case "work_b" -> parameters ? "ns::work(long*)" : "ns::work";
        default -> function.name();
      };
    }

    @Override
    public Optional<Signature> signature(long fileOffset) {
      return fileOffset == 0x140
          ? Optional.of(new Signature(PARAMETERS, Type.INT32))
          : Optional.empty();
    }

    @Override
    public Optional<Type> typedef(String name) {
      return Optional.empty();
    }

    @Override
    public List<String> declarations(long fileOffset) {
      return List.of();
    }

    @Override
    public Optional<Type.Struct> struct(boolean union, String name) {
      return Optional.of(POINT).filter(point -> !union && point.name().equals(name));
    }

    @Override
    public List<Member> members(int struct) {
      return List.of(Member.plain("x", Type.INT32, 0), Member.plain("y", Type.INT64, 8));
    }

    @Override
    public List<Line> lines(String source) {
      return source.equals("app.c")
          ? List.of(
              new Line(10, 3, 0x1148),
              new Line(10, 9, 0x114c),
              new Line(12, 5, 0x1144),
              new Line(10, 3, 0x1f00))
          : List.of();
    }

    @Override
    public boolean inlined(String name) {
      return name.equals("small");
    }
  }
}
