package jbt.cli.render;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing piece of output. Traced text is bytes of any kind, so output is bytes, not chars. */
public final class Bytes {
  private byte[] array;
  private int length;

  public Bytes() {
    this(256);
  }

  public Bytes(int capacity) {
    array = new byte[capacity];
  }

  public static Bytes of(String text) {
    return new Bytes(text.length() + 16).add(text);
  }

  public Bytes add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return add(utf8, 0, utf8.length);
  }

  public Bytes add(byte[] bytes) {
    return add(bytes, 0, bytes.length);
  }

  public Bytes add(byte[] bytes, int from, int count) {
    reserve(count);
    System.arraycopy(bytes, from, array, length, count);
    length += count;
    return this;
  }

  public Bytes add(Bytes other) {
    return add(other.array, 0, other.length);
  }

  public Bytes add(char ascii) {
    return addByte((byte) ascii);
  }

  public Bytes addByte(byte b) {
    reserve(1);
    array[length++] = b;
    return this;
  }

  public Bytes add(long number) {
    return add(Long.toString(number));
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public byte at(int index) {
    return array[index];
  }

  /** Keeps so many bytes, and returns those behind them. */
  public Bytes cut(int count) {
    int left = length - count;
    Bytes rest = new Bytes(Math.max(4096, left)).add(array, count, left);
    length = count;
    return rest;
  }

  public byte[] toArray() {
    return Arrays.copyOf(array, length);
  }

  public void writeTo(OutputStream out) throws IOException {
    writeTo(out, 0, length);
  }

  /** Writes a part. */
  public void writeTo(OutputStream out, int from, int count) throws IOException {
    out.write(array, from, count);
  }

  /** The text, for messages and tests; bytes that are no UTF-8 are replaced. */
  @Override
  public String toString() {
    return new String(array, 0, length, StandardCharsets.UTF_8);
  }

  private void reserve(int count) {
    if (array.length - length < count) {
      array = Arrays.copyOf(array, Math.max(length + count, array.length * 2));
    }
  }
}
