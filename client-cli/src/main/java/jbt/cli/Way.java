package jbt.cli;

import jbt.v1.TracerGrpc;

/** A way to the hosts, open until it is closed. */
interface Way extends AutoCloseable {
  TracerGrpc.AsyncService service();

  @Override
  void close();
}
