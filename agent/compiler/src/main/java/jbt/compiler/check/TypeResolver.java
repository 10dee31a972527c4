package jbt.compiler.check;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.TypeName;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Meaning.Id.Kind;
import jbt.compiler.types.Origin;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** From the name of a type to the type. */
final class TypeResolver {
  /** What types without a keyword are called that are meant most often. */
  private static final List<String> COMMON =
      List.of(
          "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "string");

  private final Round round;
  private final ExpressionChecker expressions;

  TypeResolver(Round round, ExpressionChecker expressions) {
    this.round = round;
    this.expressions = expressions;
  }

  /** Empty, with an error, if there is no such type. */
  Optional<Type> resolve(TypeName written) {
    Optional<Type> sized = sized(written);
    if (sized.isPresent()) {
      return sized;
    }
    Optional<Type> base = base(written);
    if (base.isEmpty()) {
      unknown(written);
      return Optional.empty();
    }
    Type type = base.get();
    for (int suffix : written.suffixes()) {
      type =
          suffix == TypeName.POINTER
              ? new Type.Pointer(type, Type.AddressSpace.NONE)
              : new Type.Array(type, suffix);
    }
    if (isVoid(type)) {
      round.diagnostics().error(written.range(), "There are no values of type void");
      return Optional.empty();
    }
    return Optional.of(type);
  }

  private static boolean isVoid(Type type) {
    return type instanceof Type.Array array ? isVoid(array.element()) : type instanceof Type.None;
  }

  /** Types whose brackets say how much there is room for. */
  private Optional<Type> sized(TypeName written) {
    if (!written.keyword().isEmpty()) {
      return Optional.empty();
    }
    return switch (written.name()) {
      case "string" -> Optional.of(new Type.Str(size(written)));
      case "buffer" -> Optional.of(new Type.Buffer(size(written)));
      case "inet" -> Optional.of(new Type.Symbolic(new Meaning.InternetAddress()));
      case "ksym_t" -> Optional.of(new Type.Symbolic(new Meaning.KernelSymbol()));
      case "usym_t" -> Optional.of(new Type.Symbolic(new Meaning.UserSymbol()));
      case "username_t" -> Optional.of(new Type.Symbolic(new Meaning.Id(Kind.USER)));
      case "kstack_t" -> Optional.of(stack(false));
      case "ustack_t" -> Optional.of(stack(true));
      case "timestamp" -> Optional.of(new Type.Symbolic(new Meaning.Timestamp("")));
      case "cgroup_path_t" -> Optional.of(new Type.Symbolic(new Meaning.CgroupPath("")));
      case "macaddr_t" -> Optional.of(new Type.Symbolic(new Meaning.Id(Kind.MAC_ADDRESS)));
      default -> Optional.empty();
    };
  }

  private static Type stack(boolean user) {
    return new Type.Symbolic(new Meaning.Stack(user, Meaning.Stack.Mode.BPFTRACE, 0));
  }

  /** The type of a name that may be something else; without an error if it is. */
  Optional<Type> known(TypeName written) {
    return sized(written).isPresent() || base(written).isPresent()
        ? resolve(written)
        : Optional.empty();
  }

  private Optional<Type> base(TypeName written) {
    Definitions definitions = round.definitions();
    String name = written.name();
    if (written.of().isPresent()) {
      Optional<Type> named = named(written.of().get());
      if (named.isPresent()) {
        return named;
      }
      Type type = of(written.of().get());
      return type instanceof Type.None ? Optional.empty() : Optional.of(type);
    }
    return switch (written.keyword()) {
      case "struct" -> struct(false, written);
      case "union" -> struct(true, written);
      case "enum" -> definitions.enumeration(name);
      default ->
          name.equals("void")
              ? Optional.of(Type.NONE)
              : TypeNames.integer(name).or(() -> typedef(written)).or(() -> withoutWord(written));
    };
  }

  /** {@code (task_struct *)}, as scripts of 2019 have it. */
  private Optional<Type> withoutWord(TypeName written) {
    return written.suffixes().contains(TypeName.POINTER)
        ? struct(false, written)
        : Optional.empty();
  }

  /** The script's own, one of the program that the probe is in, or the kernel's. */
  private Optional<Type> struct(boolean union, TypeName written) {
    Optional<Type> known = round.definitions().struct(union, written.name()).map(Type.class::cast);
    String kind = union ? "union" : "struct";
    return isOwn(known)
        ? known
        : ofProgram(kind, written, binary -> binary.struct(union, written.name())).or(() -> known);
  }

  private Optional<Type> typedef(TypeName written) {
    Optional<Type> known = round.definitions().typedef(written.name());
    return isOwn(known)
        ? known
        : ofProgram("type", written, binary -> named(binary, written.name())).or(() -> known);
  }

  /** In C++ a struct is a type without its word. */
  private static Optional<Type> named(Binary binary, String name) throws BinaryException {
    Optional<Type> other = binary.typedef(name);
    return other.isPresent() ? other : binary.struct(false, name).map(Type.class::cast);
  }

  private static boolean isOwn(Optional<Type> known) {
    return known.isPresent()
        && known.get() instanceof Type.Struct struct
        && struct.origin().source().equals(Origin.SCRIPT);
  }

  /** What is asked of a program. */
  private interface Question {
    Optional<? extends Type> ask(Binary binary) throws BinaryException;
  }

  private Optional<Type> ofProgram(String kind, TypeName written, Question question) {
    Set<String> files = new LinkedHashSet<>();
    for (Expanded point : expressions.points()) {
      if (point.point() instanceof Point.Uprobe place) {
        files.add(place.file());
      }
    }
    List<Type> found = new ArrayList<>();
    for (String file : files) {
      try {
        question.ask(round.binaries().open(file)).ifPresent(found::add);
      } catch (BinaryException e) {
        // Without debug information of the program its types are not known, the kernel's are.
        return Optional.empty();
      }
    }
    if (found.size() > 1) {
      // One program serves all of them, and only one of the structs is known to it.
      round
          .diagnostics()
          .error(
              written.range(),
              "%d programs of this block have a %s '%s': give each of them a block"
                  .formatted(found.size(), kind, written.name()));
    }
    return found.stream().findFirst();
  }

  private void unknown(TypeName written) {
    if (written.of().isPresent()) {
      return;
    }
    if (isOfAggregation(written)) {
      String call = written.name().replaceFirst("_t$", "()");
      round
          .diagnostics()
          .error(
              written.range(),
              "%s is what %s makes of a map: nothing else has this type"
                  .formatted(written.name(), call));
      return;
    }
    String keyword = written.keyword();
    String message =
        keyword.isEmpty()
            ? "Unknown type: '" + written.name() + "'"
            : "Unknown %s: '%s'".formatted(keyword, written.name());
    round.diagnostics().error(written.range(), message, List.of(), hints(keyword, written.name()));
  }

  private static boolean isOfAggregation(TypeName written) {
    String name = written.name();
    return written.keyword().isEmpty()
        && name.endsWith("_t")
        && Aggregations.NAMES.contains(name.substring(0, name.length() - 2));
  }

  private List<String> hints(String keyword, String name) {
    List<String> headers = round.headers().hints(name);
    List<String> nearest =
        switch (keyword) {
          case "" -> Nearest.hint(name, COMMON);
          case "struct" -> Nearest.hint(name, round.definitions().structs());
          default -> List.of();
        };
    if (headers.isEmpty() && !nearest.isEmpty()) {
      return nearest;
    }
    return keyword.isEmpty() || round.target().kernelTypes().isPresent() || !headers.isEmpty()
        ? headers
        : List.of(
            "%s: declare the %s in the script".formatted(round.target().withoutTypes(), keyword));
  }

  private int size(TypeName written) {
    int length = written.length().orElse(FieldType.LONGEST_STRING);
    if (length > FieldType.LONGEST_STRING) {
      round
          .diagnostics()
          .error(
              written.range(),
              "A %s of %d bytes: at most %d are possible"
                  .formatted(written.name(), length, FieldType.LONGEST_STRING));
      return FieldType.LONGEST_STRING;
    }
    return length;
  }

  /** A type or, if the lone name is none, the type of an expression. */
  Optional<Type> typeOrExpression(Optional<TypeName> type, Optional<Ast.Expr> of) {
    if (of.isEmpty() || type.filter(TypeResolver::isOfAggregation).isPresent()) {
      return type.flatMap(this::resolve);
    }
    Optional<Type> named = type.flatMap(this::known).or(() -> named(of.get()));
    return named.isPresent() ? named : Optional.of(of(of.get()));
  }

  /** A map that has keys stands for its key. */
  private Type of(Ast.Expr expr) {
    Optional<Type> key =
        expr instanceof Ast.Expr.MapUse use ? expressions.maps().keyType(use) : Optional.empty();
    return key.orElseGet(() -> expressions.typeOf(expr));
  }

  /** The type that a lone name is: what a macro was given for a type. */
  private Optional<Type> named(Ast.Expr expr) {
    return switch (expr) {
      case Ast.Expr.Name(String name, var range) ->
          known(new TypeName("", name, List.of(), Optional.empty(), range));
      case Ast.Expr.OfType of -> resolve(of.type());
      default -> Optional.empty();
    };
  }
}
