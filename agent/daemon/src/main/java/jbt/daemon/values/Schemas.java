package jbt.daemon.values;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Meaning;
import jbt.v1.MapSchema;
import jbt.v1.PrintPlace;
import jbt.v1.PrintSite;
import jbt.v1.Schema;
import jbt.v1.SeriesFold;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;
import jbt.v1.ValueSite;

/**
 * What the wire says of a plan's maps and sites.
 *
 * @param places for each site of the plan its place among the schema's prints or values; -1 for
 *     sites of other kinds
 */
public record Schemas(Schema schema, List<Integer> places) {
  public static Schemas of(Plan plan) {
    Schema.Builder schema = Schema.newBuilder();
    for (ScriptMap map : plan.scriptMaps()) {
      schema.addMaps(map(map).toBuilder().setHidden(!plan.settings().printMapsOnExit()).build());
    }
    List<Integer> places = new ArrayList<>();
    for (Site site : plan.sites()) {
      switch (site) {
        case Site.Print print -> {
          places.add(schema.getPrintsCount());
          schema.addPrints(print(print));
        }
        case Site.Value value -> {
          places.add(schema.getValuesCount());
          schema.addValues(ValueSite.newBuilder().setType(type(value.type())));
        }
        case Site.Printf _, Site.Packet _, Site.Time _, Site.Clear _, Site.Zero _, Site.Exit _ ->
            places.add(-1);
      }
    }
    return new Schemas(schema.build(), List.copyOf(places));
  }

  private static PrintSite print(Site.Print print) {
    return PrintSite.newBuilder()
        .setMap(print.scriptMap())
        .setTop(print.top())
        .setDiv(print.div())
        .setPeriodNs(print.interval().orElse(0L))
        .setPlace(
            switch (print.place()) {
              case BEGIN -> PrintPlace.PRINT_BEGIN;
              case END -> PrintPlace.PRINT_END;
              case INTERVAL -> PrintPlace.PRINT_INTERVAL;
              case EVENT -> PrintPlace.PRINT_EVENT;
            })
        .build();
  }

  private static MapSchema map(ScriptMap map) {
    MapSchema.Builder schema =
        MapSchema.newBuilder()
            .setName(map.name())
            .addAllKey(types(map.key()))
            .setHostBound(map.hostBound())
            .setPrinted(map.printed());
    return switch (map.value()) {
      case ScriptMap.Value.Plain plain ->
          schema.setKind(ValueKind.VALUE_PLAIN).setValue(type(plain.type())).build();
      case ScriptMap.Value.Counter counter ->
          number(schema, ValueKind.VALUE_COUNTER, counter.signed());
      case ScriptMap.Value.Count _ -> number(schema, ValueKind.VALUE_COUNT, false);
      case ScriptMap.Value.Sum sum -> number(schema, ValueKind.VALUE_SUM, sum.signed());
      case ScriptMap.Value.Min min -> number(schema, ValueKind.VALUE_MIN, min.signed());
      case ScriptMap.Value.Max max -> number(schema, ValueKind.VALUE_MAX, max.signed());
      case ScriptMap.Value.Avg avg -> number(schema, ValueKind.VALUE_AVG, avg.signed());
      case ScriptMap.Value.Stats stats -> number(schema, ValueKind.VALUE_STATS, stats.signed());
      case ScriptMap.Value.Hist hist ->
          number(schema.setHistBits(hist.bits()), ValueKind.VALUE_HIST, true);
      case ScriptMap.Value.Tseries series ->
          number(
              schema
                  .setIntervalNs(series.intervalNs())
                  .setIntervals(series.slots())
                  .setFold(fold(series.fold())),
              ValueKind.VALUE_TSERIES,
              series.signed());
      case ScriptMap.Value.Lhist lhist ->
          number(
              schema.setLhistMin(lhist.min()).setLhistMax(lhist.max()).setLhistStep(lhist.step()),
              ValueKind.VALUE_LHIST,
              true);
    };
  }

  private static SeriesFold fold(ScriptMap.Value.Tseries.Fold fold) {
    return switch (fold) {
      case LAST -> SeriesFold.FOLD_LAST;
      case SUM -> SeriesFold.FOLD_SUM;
      case AVG -> SeriesFold.FOLD_AVG;
      case MIN -> SeriesFold.FOLD_MIN;
      case MAX -> SeriesFold.FOLD_MAX;
    };
  }

  private static MapSchema number(MapSchema.Builder schema, ValueKind kind, boolean signed) {
    return schema
        .setKind(kind)
        .setValue(Type.newBuilder().setKind(TypeKind.TYPE_INT).setSigned(signed).setBytes(8))
        .build();
  }

  private static List<Type> types(List<jbt.compiler.types.Type> types) {
    return types.stream().map(Schemas::type).toList();
  }

  private static Type type(jbt.compiler.types.Type type) {
    Type.Builder wire = Type.newBuilder();
    switch (type) {
      case jbt.compiler.types.Type.None _, jbt.compiler.types.Type.Struct _ ->
          wire.setKind(TypeKind.TYPE_NONE);
      // Kernels give other numbers to the same names: they merge by name.
      case jbt.compiler.types.Type.Int i when i.named() ->
          wire.setKind(TypeKind.TYPE_STRING).setZero(i.enumeration().text(0));
      case jbt.compiler.types.Type.Int i ->
          wire.setKind(TypeKind.TYPE_INT).setSigned(i.signed()).setBytes(i.bytes());
      case jbt.compiler.types.Type.Bool _ -> wire.setKind(TypeKind.TYPE_BOOL);
      case jbt.compiler.types.Type.Str _, jbt.compiler.types.Type.ProbeName _ ->
          wire.setKind(TypeKind.TYPE_STRING);
      case jbt.compiler.types.Type.Symbolic(Meaning meaning) ->
          wire.setKind(TypeKind.TYPE_STRING).setZero(zero(meaning));
      case jbt.compiler.types.Type.Buffer _ -> wire.setKind(TypeKind.TYPE_BUFFER);
      case jbt.compiler.types.Type.Pointer _ -> wire.setKind(TypeKind.TYPE_POINTER);
      case jbt.compiler.types.Type.Array array ->
          wire.setKind(TypeKind.TYPE_ARRAY).addParts(type(array.element()));
      case jbt.compiler.types.Type.Tuple tuple ->
          wire.setKind(TypeKind.TYPE_TUPLE)
              .addAllParts(types(tuple.parts()))
              .addAllNames(tuple.names());
    }
    return wire.build();
  }

  /** The text of 0, where it needs no look at this host. */
  private static String zero(Meaning meaning) {
    return switch (meaning) {
      case Meaning.KernelSymbol _, Meaning.UserSymbol _ -> "0x0";
      case Meaning.Id(Meaning.Id.Kind kind) when kind == Meaning.Id.Kind.MAC_ADDRESS ->
          "00:00:00:00:00:00";
      case Meaning.Id _,
          Meaning.Stack _,
          Meaning.Timestamp _,
          Meaning.MixedTimestamp _,
          Meaning.CgroupPath _,
          Meaning.InternetAddress _ ->
          "";
    };
  }
}
