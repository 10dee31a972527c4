package jbt.kernel.elf;

/** A note: whose it is, its number, and its content. */
public record Note(String owner, int type, byte[] content) {}
