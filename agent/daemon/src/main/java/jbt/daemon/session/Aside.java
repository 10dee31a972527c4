package jbt.daemon.session;

import com.google.protobuf.ByteString;
import jbt.v1.LineKind;
import jbt.v1.Lines;

/** What a test printed. */
final class Aside {
  private static final int MOST_BYTES = 16 << 10;

  private ByteString text = ByteString.EMPTY;
  private boolean error;

  void add(Lines lines) {
    text = text.concat(lines.getText());
    text = text.substring(0, Math.min(text.size(), MOST_BYTES));
    error |= lines.getKind() == LineKind.LINE_ERROR;
  }

  ByteString text() {
    return text;
  }

  /** Whether it called errorf(). */
  boolean hasError() {
    return error;
  }
}
