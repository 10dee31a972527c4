package jbt.cli.render;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Decode;
import jbt.server.merge.Row;
import jbt.v1.MapSchema;
import jbt.v1.Rows;

/** A map's contents, decoded. */
public record Table(MapSchema schema, List<Row> rows) {
  public Table {
    rows = List.copyOf(rows);
  }

  /**
   * Decodes what came over the wire.
   *
   * @throws jbt.server.merge.MalformedException when the rows do not fit the schema
   */
  public static Table of(MapSchema schema, Rows rows) {
    return new Table(schema, Decode.rows(schema, rows));
  }

  /** What a print of a map without key shows before anything was stored in it. */
  public static Table zero(MapSchema schema) {
    return new Table(schema, List.of(new Row(null, List.of(), nothing(schema))));
  }

  /** With hosts that have stored nothing yet in a map without key. */
  public Table withUnset(Collection<String> hosts) {
    List<Row> all = new ArrayList<>(rows);
    hosts.forEach(host -> all.add(new Row(host, List.of(), nothing(schema))));
    return new Table(schema, all);
  }

  private static Cell nothing(MapSchema schema) {
    boolean signed = schema.getValue().getSigned();
    return switch (schema.getKind()) {
      case VALUE_AVG, VALUE_STATS -> new Cell.Mean(0, 0, signed);
      case VALUE_TSERIES -> new Cell.Series(List.of());
      case VALUE_HIST, VALUE_LHIST -> new Cell.Histogram(List.of());
      case VALUE_PLAIN -> new Cell.Single(Values.zero(schema.getValue()));
      case VALUE_MIN, VALUE_MAX -> new Cell.Extreme(0, false, signed);
      case VALUE_COUNTER, VALUE_COUNT, VALUE_SUM, UNRECOGNIZED -> new Cell.Word(0, signed);
    };
  }

  /**
   * The rows in the order in which they are printed: counts, sums and integers by value, so that
   * the largest is last; averages by average; histograms by their total; everything else by key.
   *
   * @param top how many of the last ones stay; 0 for all
   */
  List<Row> ordered(int top) {
    List<Row> sorted = new ArrayList<>(rows);
    Comparator<Row> byValue = (a, b) -> compare(a.cell(), b.cell());
    sorted.sort(byValue.thenComparing(Table::compareKeys));
    return sorted.subList(top == 0 ? 0 : Math.max(0, sorted.size() - top), sorted.size());
  }

  /** The first by name of the hosts that are in its keys; empty if none are. */
  public String firstHost() {
    return rows.stream()
        .map(row -> row.host() == null ? "" : row.host())
        .min(Comparator.naturalOrder())
        .orElse("");
  }

  /**
   * One table a host, by host name, without the host in its keys.
   *
   * @param all the host of rows that name none
   */
  Map<String, Table> byHost(String all) {
    Map<String, List<Row>> hosts = new TreeMap<>();
    for (Row row : rows) {
      String host = row.host() == null ? all : row.host();
      hosts
          .computeIfAbsent(host, name -> new ArrayList<>())
          .add(new Row(null, row.key(), row.cell()));
    }
    Map<String, Table> tables = new TreeMap<>();
    hosts.forEach((host, own) -> tables.put(host, new Table(schema, own)));
    return tables;
  }

  private static int compareKeys(Row a, Row b) {
    int order = Values.compare(a.key(), b.key());
    if (order != 0 || a.host() == null || b.host() == null) {
      return order;
    }
    return a.host().compareTo(b.host());
  }

  private static int compare(Cell a, Cell b) {
    return switch (a) {
      case Cell.Word x when b instanceof Cell.Word y -> compare(x.bits(), y.bits(), x.signed());
      case Cell.Extreme x when b instanceof Cell.Extreme y ->
          compare(x.bits(), y.bits(), x.signed());
      case Cell.Mean x when b instanceof Cell.Mean y ->
          compare(x.average(), y.average(), x.signed());
      case Cell.Histogram x when b instanceof Cell.Histogram y ->
          Long.compareUnsigned(x.total(), y.total());
      case Cell.Single(Datum.Int x) when b instanceof Cell.Single(Datum.Int y) ->
          compare(x.bits(), y.bits(), x.signed());
      case Cell.Word x -> 0;
      case Cell.Extreme x -> 0;
      case Cell.Mean x -> 0;
      case Cell.Histogram x -> 0;
      case Cell.Series x -> 0;
      case Cell.Single x -> 0;
    };
  }

  private static int compare(long a, long b, boolean signed) {
    return signed ? Long.compare(a, b) : Long.compareUnsigned(a, b);
  }
}
