package jbt.kernel.symbols;

/** A named piece of code or data and a place in it. */
public record Symbol(String name, long offset) {}
