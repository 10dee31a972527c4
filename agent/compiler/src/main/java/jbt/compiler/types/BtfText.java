package jbt.compiler.types;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jbt.compiler.types.Btf.Kind;
import jbt.compiler.types.Btf.Part;

/** A kernel's types as C declares them. */
public final class BtfText {
  private static final String INDENT = "    ";

  private final Btf btf;

  public BtfText(Btf btf) {
    this.btf = btf;
  }

  /** A struct, union or enum; members with their place and size in bytes. */
  public String definition(int id) {
    StringBuilder out = new StringBuilder();
    switch (btf.kind(id)) {
      case STRUCT, UNION -> {
        out.append(head(id)).append(" {\n");
        members(id, 0, INDENT, out);
        out.append("}; /* size ").append(btf.bytes(id)).append(" */\n");
      }
      case ENUM, ENUM64 -> {
        out.append(head(id)).append(" {\n");
        btf.constants(id).forEach(c -> out.append(INDENT).append(c).append(",\n"));
        out.append("};\n");
      }
      default -> out.append(declaration(id, "")).append('\n');
    }
    return out.toString();
  }

  private void members(int id, long from, String indent, StringBuilder out) {
    for (Part part : btf.parts(id)) {
      long at = from + part.bit() / 8;
      if (isAnonymous(part.type())) {
        out.append(indent).append(head(part.type())).append("{\n");
        members(part.type(), at, indent + INDENT, out);
        out.append(indent).append('}');
        out.append(part.name().isEmpty() ? "" : " " + part.name());
      } else {
        out.append(indent).append(declaration(part.type(), part.name()));
      }
      out.append(part.width() > 0 ? " : " + part.width() : "").append(';');
      out.append(" /* offset ").append(at);
      if (part.width() > 0) {
        out.append(", bit ").append(part.bit() % 8);
      } else {
        out.append(", size ").append(btf.bytes(part.type()));
      }
      out.append(" */\n");
    }
  }

  private boolean isAnonymous(int id) {
    return (btf.kind(id) == Kind.STRUCT || btf.kind(id) == Kind.UNION) && btf.name(id).isEmpty();
  }

  /** What a function is called with, a line each, and last what it returns. */
  public List<String> function(int id, boolean returned) {
    int prototype = btf.target(id);
    List<String> lines = new ArrayList<>();
    for (Part part : btf.parts(prototype)) {
      lines.add(part.type() == 0 ? "..." : declaration(part.type(), part.name()));
    }
    int result = btf.target(prototype);
    if (returned && result != 0) {
      lines.add(declaration(result, "retval"));
    }
    return lines;
  }

  private String head(int id) {
    String keyword =
        switch (btf.kind(id)) {
          case UNION -> "union ";
          case ENUM, ENUM64 -> "enum ";
          default -> "struct ";
        };
    return keyword + btf.name(id);
  }

  private String declaration(int id, String declared) {
    return switch (btf.kind(id)) {
      case PTR -> pointer(id, declared);
      case ARRAY -> declaration(btf.target(id), "%s[%d]".formatted(declared, btf.elements(id)));
      case FUNC_PROTO -> {
        String parameters =
            btf.parts(id).stream()
                .map(part -> part.type() == 0 ? "..." : declaration(part.type(), part.name()))
                .collect(Collectors.joining(", "));
        yield declaration(btf.target(id), declared + "(" + parameters + ")");
      }
      case CONST -> qualified("const", id, declared);
      case VOLATILE -> qualified("volatile", id, declared);
      case RESTRICT -> qualified("restrict", id, declared);
      case TYPE_TAG, DECL_TAG, FUNC, VAR -> declaration(btf.target(id), declared);
      case VOID -> join("void", declared);
      case STRUCT, UNION, ENUM, ENUM64 -> join(head(id).strip(), declared);
      case FWD -> join("struct " + btf.name(id), declared);
      case INT, TYPEDEF, FLOAT, DATASEC -> join(btf.name(id), declared);
    };
  }

  private String pointer(int id, String declared) {
    int target = btf.target(id);
    while (btf.kind(target) == Kind.TYPE_TAG) {
      target = btf.target(target);
    }
    boolean enclosed = btf.kind(target) == Kind.ARRAY || btf.kind(target) == Kind.FUNC_PROTO;
    return declaration(target, enclosed ? "(*" + declared + ")" : "*" + declared);
  }

  /** A qualified pointer has the word behind its star, everything else before its name. */
  private String qualified(String word, int id, String declared) {
    int of = btf.target(id);
    return btf.kind(of) == Kind.PTR
        ? declaration(of, word + " " + declared)
        : word + " " + declaration(of, declared);
  }

  private static String join(String type, String declared) {
    return declared.isEmpty() ? type : type + " " + declared;
  }
}
