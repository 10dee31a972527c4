package jbt.server.channels;

import jbt.server.targets.Target;
import jbt.v1.TracerGrpc;

/** Reaches the service of a target. */
@FunctionalInterface
public interface Dialer {
  /** The service; whether it can be reached shows in the answers to its calls. */
  TracerGrpc.AsyncService dial(Target target);
}
