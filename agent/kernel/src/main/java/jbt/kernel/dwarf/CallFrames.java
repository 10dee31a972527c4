package jbt.kernel.dwarf;

import java.nio.BufferUnderflowException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import jbt.compiler.plan.UnwindRule;

/**
 * What programs of x86-64 tell of how their functions are left, for exceptions: the section
 * .eh_frame, with .eh_frame_hdr that orders it. Of registers only rbp is followed.
 */
public final class CallFrames {
  private static final int RBP = 6;
  private static final int RSP = 7;
  private static final int RETURN = 16;

  /** In place of a register: its entries push a word at this distance; or nothing is known. */
  private static final int LINKAGE = -1;

  private static final int LINKAGE_ENTRY = 16;

  private static final long MOST_LINKAGE = 1 << 24;

  /** rsp + 8 + (((rip & 15) >= n) << 3) as an expression of 11 bytes; n is a part of one. */
  private static final long LINKAGE_START = 0x2a30_1a3f_0080_0877L;

  private static final int LINKAGE_END = 0x222433;
  private static final int LINKAGE_PUSHED = 48;

  /** A register that is lost. */
  private static final long LOST = -1;

  private static final int POINTER_SIZE = 8;

  private final Section index;
  private final long indexAddress;
  private final Section frames;
  private final long framesAddress;
  private final Map<Long, Common> commons = new HashMap<>();

  /** What many functions have in common (CIE). */
  private record Common(
      int encoding, boolean augmented, long codeUnit, long dataUnit, Frame first) {}

  /**
   * @param register that the frame address is told from
   * @param saved how far below the frame address rbp is; 0 if the register has it, or {@link #LOST}
   * @param returns whether the address to return to is below the frame address
   */
  private record Frame(int register, long distance, long saved, boolean returns) {
    Frame from(int other, long away) {
      return new Frame(other, away, saved, returns);
    }

    /** After a register has been put at a distance from the frame address. */
    Frame put(long which, long away) {
      return with(which, away < 0 ? -away : LOST, away == -POINTER_SIZE);
    }

    Frame lost(long which) {
      return with(which, LOST, false);
    }

    Frame with(long which, long bp, boolean returning) {
      return which == RBP
          ? new Frame(register, distance, bp, returns)
          : which == RETURN ? new Frame(register, distance, saved, returning) : this;
    }

    long rule() {
      boolean known =
          (register == RSP || register == RBP)
              && returns
              && saved >= 0
              && saved <= UnwindRule.SAVED_MASK
              && distance == (int) distance;
      int base = register == RSP ? UnwindRule.SP : UnwindRule.BP;
      return known ? UnwindRule.of(base, (int) distance, (int) saved) : UnwindRule.NONE;
    }
  }

  /** The contents of the two sections, and the addresses that these have in the file. */
  public CallFrames(byte[] index, long indexAddress, byte[] frames, long framesAddress) {
    this.index = new Section(index);
    this.indexAddress = indexAddress;
    this.frames = new Section(frames);
    this.framesAddress = framesAddress;
  }

  /**
   * Adds the rows of all functions that begin in a range of addresses.
   *
   * @param moved what is added to addresses of the file
   */
  public void read(long low, long high, long moved, UnwindRows rows) {
    try {
      index.moveTo(0);
      boolean known = index.u1() == 1;
      int framesEncoding = index.u1();
      int countEncoding = index.u1();
      // Pairs of four bytes each, from the start of the section.
      if (!known || index.u1() != 0x3b) {
        return;
      }
      index.skip(size(framesEncoding));
      long count = index.unsigned(size(countEncoding));
      for (long i = 0; i < count && !rows.full(); i++) {
        long start = indexAddress + (int) index.u4();
        long function = indexAddress + (int) index.u4();
        if (start >= low && start < high) {
          function(function - framesAddress, moved, rows);
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // It is damaged: what was read up to there is used.
      return;
    }
  }

  /** Leaves out one that is described in another way. */
  private void function(long place, long moved, UnwindRows rows) {
    try {
      frames.moveTo(place);
      long length = frames.u4();
      long end = frames.place() + length;
      long before = frames.place() - frames.u4();
      Common common = commons.get(before);
      if (common == null) {
        int here = frames.place();
        common = common(before);
        commons.put(before, common);
        frames.moveTo(here);
      }
      long start = pointer(common.encoding);
      long size = frames.unsigned(size(common.encoding));
      frames.skip(common.augmented ? frames.leb() : 0);
      new Run(common, start, rows, moved).run(end, start + size);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return;
    }
  }

  private Common common(long place) {
    frames.moveTo(place);
    long length = frames.u4();
    long end = frames.place() + length;
    frames.skip(4);
    int version = frames.u1();
    String augmentation = frames.text();
    long codeUnit = frames.leb();
    long dataUnit = frames.signedLeb();
    long returns = version == 1 ? frames.u1() : frames.leb();
    if (returns != RETURN || !augmentation.matches("(z[RPLS]*)?")) {
      throw new IllegalArgumentException("frames of another kind: " + augmentation);
    }
    boolean augmented = !augmentation.isEmpty();
    long skipped = augmented ? frames.leb() : 0;
    long instructions = frames.place() + skipped;
    int encoding = 0;
    for (int i = 0; i < augmentation.length(); i++) {
      switch (augmentation.charAt(i)) {
        case 'R' -> encoding = frames.u1();
        case 'L' -> frames.skip(1);
        case 'P' -> frames.skip(size(frames.u1()));
        default -> {}
      }
    }
    frames.moveTo(instructions);
    Common bare = new Common(encoding, augmented, codeUnit, dataUnit, new Frame(RSP, 0, 0, false));
    Frame first = new Run(bare, 0, new UnwindRows(0, (a, r) -> {}), 0).frame(end);
    return new Common(encoding, augmented, codeUnit, dataUnit, first);
  }

  /** Bytes that a pointer takes (DW_EH_PE_*). */
  private static int size(int encoding) {
    return switch (encoding & 0x0f) {
      case 0x00, 0x04, 0x0c -> POINTER_SIZE;
      case 0x03, 0x0b -> 4;
      case 0x02, 0x0a -> 2;
      default -> throw new IllegalArgumentException("pointers of another kind: " + encoding);
    };
  }

  private long pointer(int encoding) {
    long here = framesAddress + frames.place();
    int unused = 64 - 8 * size(encoding);
    long number = frames.unsigned(size(encoding));
    boolean signed = (encoding & 0x08) != 0;
    long value = signed ? number << unused >> unused : number;
    return switch (encoding & 0xf0) {
      case 0x00 -> value;
      case 0x10 -> here + value;
      default -> throw new IllegalArgumentException("pointers of another kind: " + encoding);
    };
  }

  /** The instructions that tell how a frame changes along a function (DW_CFA_*). */
  private final class Run {
    private final Common common;
    private final UnwindRows rows;
    private final long moved;
    private final Deque<Frame> remembered = new ArrayDeque<>();
    private Frame frame;
    private long address;

    Run(Common common, long start, UnwindRows rows, long moved) {
      this.common = common;
      this.frame = common.first;
      this.address = start;
      this.rows = rows;
      this.moved = moved;
    }

    Frame frame(long end) {
      try {
        while (frames.place() < end) {
          step();
        }
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        frame = frame.from(LINKAGE, LOST);
      }
      return frame;
    }

    void run(long end, long endAddress) {
      frame(end);
      advance(endAddress);
      rows.add(endAddress + moved, UnwindRule.NONE);
    }

    private void step() {
      int operation = frames.u1();
      int low = operation & 0x3f;
      switch (operation >> 6) {
        case 1 -> advance(address + low * common.codeUnit);
        case 2 -> frame = frame.put(low, frames.leb() * common.dataUnit);
        case 3 -> restore(low);
        default -> step(low);
      }
    }

    private void step(int operation) {
      switch (operation) {
        case 0x00 -> {}
        case 0x01 -> advance(pointer(common.encoding));
        case 0x02 -> advance(address + frames.u1() * common.codeUnit);
        case 0x03 -> advance(address + frames.u2() * common.codeUnit);
        case 0x04 -> advance(address + frames.u4() * common.codeUnit);
        case 0x05 -> frame = frame.put(frames.leb(), frames.leb() * common.dataUnit);
        case 0x06 -> restore(frames.leb());
        case 0x07 -> frame = frame.lost(frames.leb());
        case 0x08 -> frame = frame.with(frames.leb(), 0, false);
        case 0x09 -> {
          frame = frame.lost(frames.leb());
          frames.leb();
        }
        case 0x0a -> remembered.push(frame);
        case 0x0b -> frame = remembered.isEmpty() ? frame.from(LINKAGE, LOST) : remembered.pop();
        case 0x0c -> frame = frame.from((int) frames.leb(), frames.leb());
        case 0x0d -> frame = frame.from((int) frames.leb(), frame.distance);
        case 0x0e -> frame = frame.from(frame.register, frames.leb());
        case 0x0f -> expression();
        case 0x10, 0x16 -> {
          frame = frame.lost(frames.leb());
          frames.skip(frames.leb());
        }
        case 0x11 -> frame = frame.put(frames.leb(), frames.signedLeb() * common.dataUnit);
        case 0x12 -> frame = frame.from((int) frames.leb(), frames.signedLeb() * common.dataUnit);
        case 0x13 -> frame = frame.from(frame.register, frames.signedLeb() * common.dataUnit);
        case 0x14, 0x15 -> {
          frame = frame.lost(frames.leb());
          frames.leb();
        }
        case 0x2e -> frames.leb();
        default -> throw new IllegalArgumentException("frames of another kind: " + operation);
      }
    }

    private void restore(long register) {
      frame = frame.with(register, common.first.saved, common.first.returns);
    }

    private void expression() {
      long length = frames.leb();
      int start = frames.place();
      long first = length == 11 ? frames.u8() : 0;
      long pushed = first >> LINKAGE_PUSHED & 0xf;
      boolean linkage =
          (first ^ pushed << LINKAGE_PUSHED) == LINKAGE_START && frames.unsigned(3) == LINKAGE_END;
      frames.moveTo(start + length);
      frame = frame.from(LINKAGE, linkage ? pushed : LOST);
    }

    /** The frame is so up to there. */
    private void advance(long next) {
      boolean linkage = frame.register == LINKAGE && frame.distance != LOST;
      if (linkage && address % LINKAGE_ENTRY == 0 && next - address < MOST_LINKAGE) {
        long rule = frame.from(RSP, POINTER_SIZE).rule();
        long pushed = frame.from(RSP, 2 * POINTER_SIZE).rule();
        for (long entry = address; entry < next && !rows.full(); entry += LINKAGE_ENTRY) {
          rows.add(entry + moved, rule);
          rows.add(entry + frame.distance + moved, pushed);
        }
      } else {
        rows.add(address + moved, frame.rule());
      }
      address = next;
    }
  }
}
