package jbt.cli;

/** The text of --help. */
final class Help {
  static final String TEXT =
      """
      Usage: jbt-remote [OPTIONS] {-e SCRIPT | FILE | -} [ARGUMENT...] [-- --NAME=VALUE...]
             jbt-remote [OPTIONS] -l [PATTERN]
             jbt-remote pki init [--dir DIR] [--days N]
             jbt-remote pki issue host|user|collector NAME [--dns NAME,...] [--dir DIR] [--days N]

      Runs a bpftrace script on many hosts and prints one merged answer. Without --hosts it
      runs on this host, as root. Ctrl-C stops and prints the result; a second one gives up.
      SIGUSR1 runs the blocks of self:signal:SIGUSR1 on every host.

      Script:
        -e SCRIPT              the script itself
        FILE, -                the script in a file, or on standard input
        ARGUMENT               $1 of the script, and those that follow
        -- --NAME=VALUE        an option that the script asks for by getopt(); --help: which
                               there are
        -l, --list [PATTERN,...]  list the attach points that match, and run nothing
        -lv PATTERN            with arguments; 'struct NAME': the kernel's definition
        -l [PATTERN,...] -p PID  also those of its program and libraries: usdt, uprobe:*:read*
        -l FILE, -l -e SCRIPT  list what the attach points of a script stand for
        --info                 what the kernel can do: probe types, features, helpers
        -d [STAGE]             print what the compiler makes of the script, and run nothing
        -p, --pid PID          trace only this process, and stop when it ends (this host only)
        -c, --cmd COMMAND      start a command, and stop when it ends (this host only)
        --unsafe               allow system(), signal() and the like, where the host does
        -I FOLDER              where headers are that it includes; any number. Further ones
                               are in CPATH and C_INCLUDE_PATH
        --include HEADER       include this header in front of it; any number
        --dry-run              attach, run BEGIN and stop, without output
        --test                 run its test probes, and say which fail (exit code 1)
        --bench                run its bench probes, and say how long they take
        --probe-filter REGEX   run only probes whose name has a match, and BEGIN and END
        --duration TIME        stop by itself after 10s, 500ms, 5m or 1h

      Hosts:
        --hosts NAMES          the hosts to run on: web[01-20],db1
        --collector NAME[:PORT]  reach the hosts through this collector
        --inventory FILE       addresses of hosts; else ~/.config/jbt/inventory.yaml,
                               else /etc/jbt/inventory.yaml, else names go to DNS
        --cert FILE, --key FILE, --ca FILE
                               who we are and whom we trust; else user.crt, user.key and
                               ca.crt in ~/.config/jbt

      Output:
        --max-loss N           fail if more events are lost
        --min-hosts N          fail if fewer hosts deliver
        --per-host             show the maps of each host by themselves
        -f text|json           text, or a JSON record a line
        -k, --warnings         say at the end which reads and look-ups failed, and how often
        --no-warnings          without warnings of the compiler and of warnf()
        -o, --output FILE      write the output to a file
        -B line|full|none      write it line by line, when there is much of it, or at once
        --flame FILE.svg       draw the stacks in the keys of the final maps as a flame graph
        --folded FILE          the same stacks as text, a line each, for other tools
        -q, --quiet            no progress, and a footer only if something is missing
        -v, --verbose          a line about each host in the footer

      Certificates:
        pki init               make an authority (ca.crt, ca.key)
        pki issue ROLE NAME    make NAME.crt and NAME.key; --dns adds names of a host
        --dir DIR              where they are; else ~/.config/jbt
        --days N               how long they last; else 3650 for an authority, 365 for others

      Exit codes: 0 all hosts ran and delivered; 1 an error in the script or the command line,
      or a test failed; 2 some hosts failed or refused us; 4 some were unreachable or lost
      (6: both); 8 more was lost than --max-loss; 16 no attach point matched, or fewer hosts
      than --min-hosts; 64 the collector is unreachable or refused us; 77 all refused it by
      policy; 130 given up.
      One host alone, as bpftrace: the script's exit code, N of exit(N) from 0 to 255, which
      does not count with several; 1 also when no attach point matched; 255 when the kernel
      refused to load or attach it.
      """;

  private Help() {}
}
