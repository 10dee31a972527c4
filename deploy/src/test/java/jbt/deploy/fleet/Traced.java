package jbt.deploy.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A script that runs on hosts, with a process of its own to trace on each of them. All hosts of a
 * fleet share a kernel: {@link #MINE} in the script stands for "this host's process".
 */
public final class Traced {
  /** In a script: true when the event is of the process that this host is to trace. */
  public static final String MINE = "(MINE)";

  private Traced() {}

  /** The script with {@link #MINE} filled in for hosts a and b. */
  public static String script(String text, Load a, Load b) {
    return text.replace(
        MINE,
        "((host == \"a\" && pid == %d) || (host == \"b\" && pid == %d))"
            .formatted(a.pid(), b.pid()));
  }

  /** Starts it and waits until all the hosts count events. */
  public static Running start(Fleet fleet, String script, List<String> hosts, String... options)
      throws IOException, InterruptedException {
    return start(fleet, fleet.inventory(), script, hosts, options);
  }

  /** As above, with an inventory of its own. */
  public static Running start(
      Fleet fleet, Path inventory, String script, List<String> hosts, String... options)
      throws IOException, InterruptedException {
    String[] arguments = new String[options.length + 2];
    System.arraycopy(options, 0, arguments, 0, options.length);
    arguments[options.length] = "-e";
    // A tick comes only after the host has begun to count.
    arguments[options.length + 1] = script + " interval:ms:100 { printf(\"up\\n\"); }";
    Running remote = fleet.remote(inventory, arguments);
    for (String host : hosts) {
      remote.awaitOut((host + " | up")::equals, Fleet.PATIENCE);
    }
    return remote;
  }

  /** Ctrl-C; returns the exit code. */
  public static int stop(Running remote) throws IOException, InterruptedException {
    remote.signal("INT");
    // Its hosts may be emulated, though this test is not.
    return remote.exitCode(Duration.ofSeconds(30L * Guest.PATIENCE));
  }
}
