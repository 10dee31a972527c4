package jbt.kernel.dwarf;

import jbt.compiler.plan.UnwindRule;

/**
 * Takes addresses and the {@link UnwindRule} from each to the next, and passes on those that change
 * something. Of several for one address the last counts; what is not in order is left out.
 */
public final class UnwindRows {
  private final int most;
  private final Row to;
  private int count;
  private boolean full;
  private long address = Long.MIN_VALUE;
  private long rule = UnwindRule.NONE;
  private long before = UnwindRule.NONE;

  /** What is called for each row. */
  @FunctionalInterface
  public interface Row {
    void row(long address, long rule);
  }

  /**
   * @param most rows that are passed on
   */
  public UnwindRows(int most, Row to) {
    this.most = most;
    this.to = to;
  }

  /** Rows that were passed on; all of them after {@link #end}. */
  public int count() {
    return count;
  }

  /** Whether there were more than are passed on. */
  public boolean full() {
    return full;
  }

  /** From this address on. */
  public void add(long from, long next) {
    if (from > address) {
      end();
    }
    if (from >= address) {
      address = from;
      rule = next;
    }
  }

  public void end() {
    full |= rule != before && count == most;
    if (rule != before && !full) {
      to.row(address, rule);
      before = rule;
      count++;
    }
  }
}
