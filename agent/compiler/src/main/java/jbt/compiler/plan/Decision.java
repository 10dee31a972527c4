package jbt.compiler.plan;

/**
 * What became of the condition of an {@code if comptime} here: another host may have decided
 * otherwise.
 *
 * @param place of the condition in the script, as a person reads it
 */
public record Decision(String place, boolean holds) {}
