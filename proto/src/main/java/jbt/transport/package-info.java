/**
 * Mutual TLS as both ends of the wire need it: who a certificate says it is, contexts from key
 * files, and the gate that admits clients by name. An agent and a collector share it; neither knows
 * the other.
 */
@NullMarked
package jbt.transport;

import org.jspecify.annotations.NullMarked;
