package jbt.yaml;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A value of a YAML file that knows where it stands. */
public final class YamlValue {
  private final Path file;
  private final Node node;

  private YamlValue(Path file, Node node) {
    this.file = file;
    this.node = node;
  }

  /** The one document of a file. */
  public static YamlValue read(Path file) throws YamlException {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(0).build();
    try (Reader reader = Files.newBufferedReader(file)) {
      Optional<Node> node = new Compose(settings).composeReader(reader);
      if (node.isEmpty()) {
        throw new YamlException(file + ": the file is empty");
      }
      return new YamlValue(file, node.get());
    } catch (NoSuchFileException e) {
      throw new YamlException(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new YamlException(file + ": not UTF-8 text");
    } catch (IOException e) {
      throw new YamlException(file + ": can't be read: " + e.getMessage());
    } catch (MarkedYamlEngineException e) {
      throw at(file, e.getProblemMark(), e.getProblem());
    } catch (YamlEngineException e) {
      String text =
          String.valueOf(
              e.getCause() instanceof IOException cause ? cause.getMessage() : e.getMessage());
      throw new YamlException(file + ": " + text.lines().findFirst().orElse(""));
    }
  }

  /** The error to throw about this value. */
  public YamlException error(String text) {
    return at(file, node.getStartMark(), text);
  }

  private static YamlException at(Path file, Optional<Mark> mark, String text) {
    String place = mark.map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1)).orElse("");
    return new YamlException(file + place + ": " + text);
  }

  /** The entries of a mapping that may have only these keys, each once. */
  public Map<String, YamlValue> map(Set<String> known) throws YamlException {
    if (!(node instanceof MappingNode mapping)) {
      throw error("expected keys: " + String.join(", ", known.stream().sorted().toList()));
    }
    Map<String, YamlValue> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlValue key = new YamlValue(file, tuple.getKeyNode());
      String name = key.text();
      if (!known.contains(name)) {
        throw key.error(
            "unknown key \""
                + name
                + "\"; known: "
                + String.join(", ", known.stream().sorted().toList()));
      }
      if (entries.put(name, new YamlValue(file, tuple.getValueNode())) != null) {
        throw key.error("key \"" + name + "\" twice");
      }
    }
    return entries;
  }

  /** What a mapping must have. */
  public YamlValue require(Map<String, YamlValue> entries, String key) throws YamlException {
    @Nullable YamlValue value = entries.get(key);
    if (value == null) {
      throw error("key \"" + key + "\" is missing");
    }
    return value;
  }

  public List<YamlValue> list() throws YamlException {
    if (!(node instanceof SequenceNode sequence)) {
      throw error("expected a list");
    }
    List<YamlValue> values = new ArrayList<>();
    for (Node value : sequence.getValue()) {
      values.add(new YamlValue(file, value));
    }
    return values;
  }

  public String text() throws YamlException {
    if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
      throw error("expected a text");
    }
    return scalar.getValue();
  }

  public int port() throws YamlException {
    return (int) number("a port", 1, 0xffff);
  }

  /** A whole number within bounds, both included. */
  public long number(long least, long most) throws YamlException {
    return number("a number", least, most);
  }

  private long number(String what, long least, long most) throws YamlException {
    String text = text();
    if (text.matches("-?[0-9]{1,18}")) {
      long number = Long.parseLong(text);
      if (least <= number && number <= most) {
        return number;
      }
    }
    throw error("expected " + what + ", " + least + " to " + most + ", not \"" + text + "\"");
  }

  /** {@code true} or {@code false}. */
  public boolean flag() throws YamlException {
    return switch (text()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw error("expected true or false, not \"" + text() + "\"");
    };
  }

  /** The entries of a mapping with keys of one's own choice. */
  public Map<String, String> texts() throws YamlException {
    if (!(node instanceof MappingNode mapping)) {
      throw error("expected a mapping");
    }
    Map<String, String> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlValue key = new YamlValue(file, tuple.getKeyNode());
      if (entries.put(key.text(), new YamlValue(file, tuple.getValueNode()).text()) != null) {
        throw key.error("key \"" + key.text() + "\" twice");
      }
    }
    return entries;
  }

  /** A file name, relative to the folder of this file. */
  public Path path() throws YamlException {
    return file.resolveSibling(text());
  }
}
