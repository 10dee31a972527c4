package jbt.compiler.plan;

/**
 * A u64 per processor, at {@code offset} in its area of the global data, that a program counts up
 * when an event could not be kept.
 *
 * @param detail the script's map ("@x") or ""
 * @param warning what a person should see of it: place, message, line and marker; "" for nothing
 */
public record LossCounter(Source source, String detail, String warning, int offset) {
  public enum Source {
    RING_FULL,
    CONTROL_RING_FULL,
    MAP_FULL,
    UPDATE_REFUSED
  }
}
