/**
 * Hosts to test with: network namespaces with an address and a host name each, agents and clients
 * as processes of their own, and workloads whose system calls are known to the last one.
 */
@NullMarked
package jbt.deploy.fleet;

import org.jspecify.annotations.NullMarked;
