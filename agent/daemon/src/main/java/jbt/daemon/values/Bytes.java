package jbt.daemon.values;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A byte array that grows; numbers are written little-endian. */
public final class Bytes {
  private byte[] array;
  private int size;

  public Bytes(int capacity) {
    array = new byte[capacity];
  }

  public int size() {
    return size;
  }

  /** A byte that was written, 0 to 255. */
  public int get(int place) {
    return array[place] & 0xff;
  }

  public void clear() {
    size = 0;
  }

  /** Cuts what was written after the place. */
  public void truncate(int newSize) {
    size = newSize;
  }

  public ByteString copy() {
    return copy(0, size);
  }

  public ByteString copy(int from, int to) {
    return ByteString.copyFrom(array, from, to - from);
  }

  public void put(int b) {
    reserve(1);
    array[size++] = (byte) b;
  }

  public void put(byte[] bytes) {
    reserve(bytes.length);
    System.arraycopy(bytes, 0, array, size, bytes.length);
    size += bytes.length;
  }

  public void put(String text) {
    put(text.getBytes(StandardCharsets.UTF_8));
  }

  public void put(ByteBuffer from, int at, int length) {
    reserve(length);
    from.get(at, array, size, length);
    size += length;
  }

  /** The same byte several times. */
  public void fill(int b, int times) {
    if (times > 0) {
      reserve(times);
      Arrays.fill(array, size, size + times, (byte) b);
      size += times;
    }
  }

  public void putInt(int value) {
    reserve(4);
    setInt(size, value);
    size += 4;
  }

  /** Overwrites four bytes that were written before. */
  public void setInt(int at, int value) {
    for (int i = 0; i < 4; i++) {
      array[at + i] = (byte) (value >>> (8 * i));
    }
  }

  public void putLong(long value) {
    reserve(8);
    for (int i = 0; i < 8; i++) {
      array[size++] = (byte) (value >>> (8 * i));
    }
  }

  public void putDecimal(long value) {
    if (value < 0) {
      put('-');
      putUnsigned(-value, 10, false);
    } else {
      putUnsigned(value, 10, false);
    }
  }

  /** Digits of an unsigned number. */
  public void putUnsigned(long value, int radix, boolean upperCase) {
    reserve(64);
    int start = size;
    long rest = value;
    do {
      int digit;
      if (rest >= 0) {
        digit = (int) (rest % radix);
        rest /= radix;
      } else {
        digit = (int) Long.remainderUnsigned(rest, radix);
        rest = Long.divideUnsigned(rest, radix);
      }
      array[size++] = (byte) (digit < 10 ? '0' + digit : (upperCase ? 'A' : 'a') + digit - 10);
    } while (rest != 0);
    reverse(start, size - 1);
  }

  private void reverse(int first, int last) {
    for (int i = first, j = last; i < j; i++, j--) {
      byte b = array[i];
      array[i] = array[j];
      array[j] = b;
    }
  }

  /** Makes what was written since {@code start} at least {@code width} long. */
  public void pad(int start, int width, boolean left) {
    int length = size - start;
    if (length >= width) {
      return;
    }
    fill(' ', width - length);
    if (!left) {
      System.arraycopy(array, start, array, start + width - length, length);
      Arrays.fill(array, start, start + width - length, (byte) ' ');
    }
  }

  private void reserve(int more) {
    if (size + more > array.length) {
      array = Arrays.copyOf(array, Math.max(size + more, 2 * array.length));
    }
  }
}
