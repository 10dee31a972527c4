package jbt.compiler.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import jbt.compiler.types.Btf.Kind;
import jbt.compiler.types.BtfBuilder.Field;
import jbt.compiler.types.Type.AddressSpace;
import org.junit.jupiter.api.Test;

final class BtfTest {
  private final BtfBuilder builder = new BtfBuilder();
  private final int integer = builder.integer("int", 4, true);
  private final int character = builder.integer("char", 1, true);

  private Btf read() {
    return Btf.kernel("vmlinux", builder.bytes());
  }

  @Test
  void readsMembers() {
    int name = builder.array(character, 16);
    int numbers = builder.array(integer, 3);
    int flag = builder.bool("_Bool");
    int pid = builder.typedef("pid_t", builder.constant(integer));
    int struct =
        builder.struct(
            "thing",
            false,
            48,
            new Field("name", name, 0, 0),
            new Field("numbers", numbers, 128, 0),
            new Field("flag", flag, 224, 0),
            new Field("pid", pid, 256, 0),
            new Field("next", builder.pointer(builder.types() + 2), 320, 0));
    Btf btf = read();
    Type.Struct thing = btf.struct(btf.find(Kind.STRUCT, "thing").orElseThrow());
    assertThat(thing.size()).isEqualTo(48);
    assertThat(btf.members(struct + 0))
        .containsExactly(
            Member.plain("name", new Type.Str(16), 0),
            Member.plain("numbers", new Type.Array(Type.INT32, 3), 16),
            Member.plain("flag", Type.BOOL, 28),
            new Member("pid", Type.INT32, 32, Optional.empty(), false, true),
            Member.plain("next", new Type.Pointer(thing, AddressSpace.KERNEL), 40));
  }

  @Test
  void readsBitFields() {
    int struct =
        builder.struct(
            "bits",
            false,
            8,
            new Field("plain", integer, 0, 0),
            new Field("low", integer, 32, 3),
            new Field("high", integer, 35, 20));
    assertThat(read().members(struct))
        .containsExactly(
            Member.plain("plain", Type.INT32, 0),
            new Member("low", Type.INT32, 4, Optional.of(new Member.Bits(4, 0, 3)), false, false),
            new Member(
                "high", Type.INT32, 4, Optional.of(new Member.Bits(4, 3, 20)), false, false));
  }

  @Test
  void aBitFieldAcrossItsTypeIsReadFromMoreBytes() {
    assertThat(Member.bitField("x", Type.INT32, 28, 8, 4))
        .isEqualTo(
            new Member("x", Type.INT32, 0, Optional.of(new Member.Bits(8, 28, 8)), false, false));
  }

  @Test
  void knowsAddressSpaces() {
    int user = builder.pointer(builder.tag("user", character));
    int perCpu = builder.pointer(builder.tag("percpu", integer));
    int struct =
        builder.struct("s", false, 16, new Field("u", user, 0, 0), new Field("p", perCpu, 64, 0));
    List<Member> members = read().members(struct);
    assertThat(members.get(0).type())
        .isEqualTo(new Type.Pointer(new Type.Int(1, true), AddressSpace.USER));
    assertThat(members.get(1).perCpu()).isTrue();
  }

  @Test
  void findsFieldsInAnonymousParts() {
    int inner =
        builder.struct("", true, 4, new Field("a", integer, 0, 0), new Field("b", integer, 0, 0));
    builder.struct("outer", false, 8, new Field("x", integer, 0, 0), new Field("", inner, 32, 0));
    KernelTypes types = new KernelTypes(read(), List.of(), name -> Optional.empty());
    Type.Struct outer = types.struct(false, "outer").orElseThrow();
    Fields.Found found = Fields.find(types, outer, "b").orElseThrow();
    assertThat(found.member().offset()).isEqualTo(4);
    assertThat(found.inUnion()).isTrue();
    assertThat(Fields.names(types, outer)).containsExactly("x", "a", "b");
  }

  @Test
  void aDeclaredStructIsTheDefinedOne() {
    int pointer = builder.pointer(builder.forward("late"));
    builder.struct("late", false, 4, new Field("x", integer, 0, 0));
    assertThat(read().type(pointer))
        .isInstanceOfSatisfying(
            Type.Pointer.class, to -> assertThat(Type.sizeOf(to.target())).isEqualTo(4));
  }

  @Test
  void readsFunctionsAndConstants() {
    int proto =
        builder.prototype(integer, new Field("a", character, 0, 0), new Field("b", integer, 0, 0));
    int function = builder.function("f", proto);
    builder.enumeration("e", "MINUS", -3);
    Btf btf = read();
    assertThat(btf.find(Kind.FUNC, "f")).contains(function);
    assertThat(btf.parameters(function)).extracting(Btf.Parameter::name).containsExactly("a", "b");
    assertThat(btf.returned(function)).isEqualTo(Type.INT32);
    assertThat(btf.constant("MINUS").map(Definitions.Constant::value)).contains(-3L);
    assertThat(btf.constant("PLUS")).isEmpty();
  }

  @Test
  void aModuleGoesOnWhereTheKernelEnds() {
    BtfBuilder module = new BtfBuilder(builder.types() + 1, builder.stringBytes());
    module.struct("own", false, 4, new Field("x", integer, 0, 0));
    Btf kernel = read();
    Btf own = Btf.module("m", module.bytes(), kernel);
    KernelTypes types = new KernelTypes(kernel, List.of("m"), name -> Optional.of(own));
    Type.Struct struct = types.struct(false, "own").orElseThrow();
    assertThat(struct.origin().source()).isEqualTo("m");
    assertThat(types.members(struct)).containsExactly(Member.plain("x", Type.INT32, 0));
    assertThat(own.name(integer)).isEqualTo("int");
  }

  @Test
  void refusesWhatIsNone() {
    assertThatThrownBy(() -> Btf.kernel("x", ByteBuffer.allocate(10)))
        .isInstanceOf(IllegalArgumentException.class);
    ByteBuffer cut = builder.bytes();
    assertThatThrownBy(() -> Btf.kernel("x", cut.slice(0, cut.limit() - 4)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
