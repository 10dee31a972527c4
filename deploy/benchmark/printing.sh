# Sourced by deploy/bench: how fast lines come out.

# ticks: processor time of the tracer until now, in clock ticks.
ticks() { awk '{ print $14 + $15 }' /proc/$tracer/stat; }

# until_idle: waits until the tracer has nothing left to do; sets idle, the time when that began.
until_idle() {
  local last now same=0 i
  last=$(ticks) idle=$EPOCHREALTIME
  for ((i = 0; i < 1200 && same < 8; i++)); do
    sleep 0.05
    now=$(ticks)
    if [ "$now" -le $((last + 1)) ]; then same=$((same + 1)); else same=0 idle=$EPOCHREALTIME; fi
    last=$now
  done
}

# printed: traced lines in the output; both tracers hold lines back until they end.
printed() { grep -c "^$loop loop\$" "$work/lines" || true; }

# printf_rate: notes printf.TOOL.us (processor microseconds a line), .lost (percent at 300,000 a
# second), and .rate (lines a second that are worked off when the loop runs as fast as it can).
printf_rate() {
  local tool before after from lines asked=450000
  local script="$getppid /pid == $loop/ { printf(\"%d %s\\n\", pid, comm); }"
  for tool in bpftrace jbt; do
    enable_statistics 1 # so that start sees it run
    start $tool "$script" "$work/lines"
    enable_statistics 0
    before=$(ticks)
    run_loop $asked 300000
    until_idle
    after=$(ticks)
    stop
    lines=$(($(printed) - 100)) # the first calls of start
    [ "$lines" -gt 0 ] || lines=1
    note printf.$tool.us "$(calc "($after - $before) * 1e6 / $(getconf CLK_TCK) / $lines")"
    note printf.$tool.lost "$(calc "100 * (1 - $lines / $asked)")"
    enable_statistics 1
    start $tool "$script" "$work/lines"
    enable_statistics 0
    from=$EPOCHREALTIME
    run_loop 1000000 0
    until_idle
    stop
    note printf.$tool.rate "$(calc "$(printed) / ($idle - $from)")"
  done
}
