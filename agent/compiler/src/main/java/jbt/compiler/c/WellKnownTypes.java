package jbt.compiler.c;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.types.Type;

/**
 * Types of the C library on x86-64 that structs of programs are made of and that no kernel tells
 * of: names of integers, and structs that the kernel has under another name.
 */
final class WellKnownTypes {
  private static final Map<String, List<String>> INTEGERS =
      Map.of(
          "int64",
          List.of("time_t", "off64_t", "blksize_t", "blkcnt_t", "quad_t", "intmax_t", "clock_t"),
          "uint64",
          List.of("pthread_t", "u_long", "uintmax_t", "rlim_t", "nfds_t", "u_quad_t", "fsblkcnt_t"),
          "uint32",
          List.of("socklen_t", "in_addr_t", "id_t", "useconds_t"),
          "uint16",
          List.of("in_port_t"),
          "uint8",
          List.of("u_char"));

  private static final Map<String, String> STRUCTS =
      Map.of("timespec", "__kernel_timespec", "timeval", "__kernel_old_timeval");

  private static final Map<String, Type> TYPES = new HashMap<>();

  static {
    INTEGERS.forEach((name, all) -> all.forEach(one -> TYPES.put(one, integer(name))));
  }

  private WellKnownTypes() {}

  private static Type integer(String name) {
    boolean signed = name.startsWith("int");
    int bits = Integer.parseInt(name.substring(signed ? 3 : 4));
    return new Type.Int(bits / 8, signed);
  }

  static Optional<Type> integerNamed(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** What the kernel calls a struct of the C library. */
  static Optional<String> ofKernel(String struct) {
    return Optional.ofNullable(STRUCTS.get(struct));
  }
}
