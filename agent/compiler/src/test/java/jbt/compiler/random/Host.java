package jbt.compiler.random;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.random.Node.Expr;

/** Where a script runs, as its builtins show it. */
public record Host(int pid, int tid, int uid, int gid, String comm, String name) {
  /** Stands in the text of a script for the number of the thread that runs it. */
  static final String TID = "TID";

  private static final Kind NARROW = new Kind.Int(4, false, true);

  /** Among them some whose value nobody knows, in expressions that have one. */
  static final List<Expr> BUILTINS =
      List.of(
          new Expr.Given("pid", NARROW),
          new Expr.Given("tid", NARROW),
          new Expr.Given("uid", Kinds.UINT64),
          new Expr.Given("gid", Kinds.UINT64),
          new Expr.Given("comm", Kinds.TEXT),
          new Expr.Given("host", Kinds.TEXT),
          new Expr.Given("nsecs & 0", new Kind.Int(8, false, true)),
          new Expr.Given("nsecs > 5", Kinds.TRUTH),
          new Expr.Given("rand >> 40", new Kind.Int(8, false, true)),
          new Expr.Given("cpu / 4096", new Kind.Int(8, true, true)),
          new Expr.Given("elapsed / 3600000000000", Kinds.UINT64));

  Map<String, Object> values() {
    Map<String, Object> values = new HashMap<>();
    values.put("pid", (long) pid);
    values.put("tid", (long) tid);
    values.put("uid", (long) uid);
    values.put("gid", (long) gid);
    values.put("comm", comm);
    values.put("host", name);
    values.put("nsecs & 0", 0L);
    values.put("nsecs > 5", 1L);
    values.put("rand >> 40", 0L);
    values.put("cpu / 4096", 0L);
    values.put("elapsed / 3600000000000", 0L);
    return values;
  }
}
