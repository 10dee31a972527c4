package jbt.kernel.elf;

import java.nio.ByteBuffer;

/** A note: whose it is, its number, and its content in the file's byte order. */
public record Note(String owner, int type, ByteBuffer content) {}
