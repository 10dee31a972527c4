package jbt.kernel.sys;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.OptionalLong;

/** Functions of the libraries that this process has in memory. */
public final class OwnFunctions {
  private OwnFunctions() {}

  /** Where the function is that a call by this name would reach; empty if there is none. */
  public static OptionalLong address(String name) {
    try {
      Pointer found = NativeLibrary.getProcess().getGlobalVariableAddress(name);
      return OptionalLong.of(Pointer.nativeValue(found));
    } catch (UnsatisfiedLinkError e) {
      return OptionalLong.empty();
    }
  }
}
