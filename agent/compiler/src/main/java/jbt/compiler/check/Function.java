package jbt.compiler.check;

/** Functions of the language that a program calculates; arguments in the order of the script. */
public enum Function {
  /** Of a text: bytes before its NUL. */
  STRLEN,
  /** Of two texts: where the second begins in the first, -1 if it is not in there. */
  STRSTR,
  /** Of two texts and a literal: 0 if so many first bytes are equal up to their NUL, else 1. */
  STRNCMP,
  /** Of two texts: one behind the other, cut off at the type's size. */
  CONCAT,
  /** Of a text and a literal number less than the type's size: so many of its first bytes. */
  START,
  /** Of a pointer, an array or a text, and a number of bytes. At most the type's size is kept. */
  BUFFER,
  /**
   * Of two pointers, texts or arrays, and a literal number of bytes: 0 if they are equal, else 1.
   */
  MEMCMP,
  /**
   * Of a pointer to an array of pointers to texts, and a literal: the texts with it between them.
   */
  JOIN,
  /** Of an address: it and the current process. */
  USER_SYMBOL,
  /** What is being called now, as the type says. */
  STACK,
  /** Of a process, a literal: the same of it, by the tables of its files. */
  UNWOUND_STACK,
  /** Of an array of six bytes or a pointer to them. */
  MAC_ADDRESS,
  /** Of an address family and an integer or an array. */
  INTERNET_ADDRESS,
  /** Of a time and the number of its format. */
  TIME_OF_FORMAT,
  /** Of CLOCK_MONOTONIC. */
  NSECS_MONOTONIC,
  /** Of CLOCK_TAI. */
  NSECS_TAI,
  /** CLOCK_BOOTTIME plus what the wall clock was ahead of it when the gate opened. */
  NSECS_WALL,
  JIFFIES,
  NUMA_NODE,
  /** The id of the current task's group in the unified hierarchy. */
  CGROUP,
  /** Of an integer: its bytes in the other order, as many as the type has. */
  BYTE_SWAP,
  /** Of a literal: its bytes. */
  BYTES,
  /** Of a stack: how many frames it has. */
  STACK_LENGTH,
  /** Of a number: sends the signal to the current process; 0, or the number of an error. */
  SIGNAL,
  /** The same to the current thread. */
  SIGNAL_THREAD,
  /** Of a number: the probed function returns it instead of doing anything. */
  OVERRIDE,
  /** Address of the registers, as the program gets it. */
  CONTEXT,
  /** Of a value that the program holds: its address there. */
  ADDRESS,
  /** Of a pointer that is {@link Trusted}, to a socket: its number that is not used twice. */
  SOCKET_COOKIE,
  /**
   * Of a site, a literal, a pointer that is {@link Trusted} to a packet, its length behind an
   * offset, how much of that to keep, and the offset: sends it; 0, or the negative number of an
   * error.
   */
  PACKET,
  /** Of a pointer that is {@link Trusted} and a distance: the path that is there. */
  PATH,
  /**
   * Of a process, and the types of bpf_task_from_pid and bpf_task_release and the distance of the
   * name in a task_struct: its name, empty where there is no such process.
   */
  NAME_OF,
  /**
   * Of a name, a type and arguments: what this function of the kernel gives for them; 0 where an
   * argument that is {@link Trusted} is null.
   */
  KERNEL_FUNCTION,
  /** Of a variable's type: its address for this processor. */
  OF_THIS_PROCESSOR,
  /** Of a variable's type and a processor: its address for that, 0 if there is none. */
  OF_PROCESSOR,
  /** Of an address, what to put there, and a literal number of bytes. */
  WRITE_USER,
  /** Of a format as the kernel understands it, and at most three numbers and texts. */
  DEBUG
}
