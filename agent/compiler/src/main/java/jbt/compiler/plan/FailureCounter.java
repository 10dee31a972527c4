package jbt.compiler.plan;

/**
 * A u64 per processor, at {@code offset} in its area of the global data, that a program counts up
 * when a call of a kernel function fails at a place of the script.
 *
 * @param helper the function, without "bpf_"
 * @param code what it returned
 * @param text a warning as a person should see it: place, message, line and marker
 */
public record FailureCounter(String helper, int code, String text, int offset) {}
