package jbt.kernel;

import jbt.compiler.plan.Attachment.Point;
import jbt.kernel.sys.SystemCallException;

/** Why something can't be attached, where the kernel's number says more than its usual text. */
final class AttachErrors {
  private AttachErrors() {}

  static LoadException of(Point point, String name, SystemCallException e) {
    return switch (point) {
      case Point.Kprobe kprobe -> kprobe(kprobe, name, e);
      case Point.Hardware hardware when e.errno() == SystemCallException.ENOENT ->
          new LoadException(
              LoadException.Reason.MISSING,
              "attach %s: there is no counter for %s: no such event on this processor, or a virtual machine that passes none on"
                  .formatted(name, hardware.name()));
      case Point.Watchpoint watchpoint -> watchpoint(name, e);
      case Point.KernelFunction function -> function(name, e);
      case Point.Uprobe uprobe -> uprobe(name, e);
      default -> LoadException.of("attach " + name, e);
    };
  }

  private static LoadException kprobe(Point.Kprobe kprobe, String name, SystemCallException e) {
    String place = kprobe.offset() == 0 ? name : name + " (offset " + kprobe.offset() + ")";
    return switch (e.errno()) {
      case SystemCallException.EILSEQ ->
          new LoadException(
              LoadException.Reason.MISSING,
              "Could not add kprobe into middle of instruction: " + place);
      case SystemCallException.EINVAL ->
          new LoadException(
              LoadException.Reason.MISSING,
              "attach "
                  + place
                  + ": the kernel allows no probe there: it is on its list of forbidden functions,"
                  + " or can't be traced");
      case SystemCallException.ENOENT ->
          new LoadException(
              LoadException.Reason.MISSING,
              "attach " + place + ": the kernel finds no such function any more");
      default -> LoadException.of("attach " + place, e);
    };
  }

  private static LoadException uprobe(String name, SystemCallException e) {
    return switch (e.errno()) {
      case SystemCallException.ENOEXEC, SystemCallException.ENOTSUPP, SystemCallException.EILSEQ ->
          new LoadException(
              LoadException.Reason.MISSING,
              "Could not add uprobe: there is no instruction that the kernel can watch at " + name);
      default -> LoadException.of("attach " + name, e);
    };
  }

  private static LoadException watchpoint(String name, SystemCallException e) {
    return switch (e.errno()) {
      case SystemCallException.ENOSPC, SystemCallException.EBUSY ->
          new LoadException(
              LoadException.Reason.MISSING,
              "attach " + name + ": all debug registers are in use, there are four");
      case SystemCallException.EINVAL ->
          new LoadException(
              LoadException.Reason.MISSING,
              "attach " + name + ": the processor or kernel can't watch this address so");
      default -> LoadException.of("attach " + name, e);
    };
  }

  private static LoadException function(String name, SystemCallException e) {
    return switch (e.errno()) {
      case SystemCallException.EINVAL, SystemCallException.ENOENT, SystemCallException.EBUSY ->
          new LoadException(
              LoadException.Reason.MISSING,
              "attach "
                  + name
                  + ": the function can't be traced, or something else changes its entry ("
                  + e.getMessage()
                  + ")");
      default -> LoadException.of("attach " + name, e);
    };
  }
}
