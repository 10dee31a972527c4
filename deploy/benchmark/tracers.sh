# Sourced by deploy/bench: the traced loop, the two tracers, and the kernel's statistics of their
# programs.

# start_loop: the traced program; sets loop, its process.
start_loop() {
  gcc -O2 -o "$work/loop" "$JBT_ROOT/deploy/benchmark/loop.c"
  mkfifo "$work/ask" "$work/answer"
  # Real time, so that other work takes no part of a measurement, which lasts 50 ms.
  chrt -r 1 "$work/loop" <"$work/ask" >"$work/answer" & loop=$!
  children+=("$loop")
  exec 3>"$work/ask" 4<"$work/answer"
}

# The call that the loop makes: 0 for getppid, the length of the path for openat.
path_length=0

# Bytes that bpftrace has for a string.
text_room=64

# run_loop CALLS RATE: sets ns, the nanoseconds of processor time that a call took.
run_loop() {
  echo "$1 $2 $path_length" >&3
  read -r ns <&4
}

# bpftrace_run / jbt_run SCRIPT: become that tracer.
bpftrace_run() { BPFTRACE_STRLEN=$text_room exec bpftrace -e "$1"; }
jbt_run() { exec "$JBT_DIST/bin/jbt-remote" -e "$1"; }

# start TOOL SCRIPT [OUTPUT]: traces the loop; sets tracer and programs (files with their statistics)
# once they run. jbt's are attached some time before they do anything.
start() {
  ("$1_run" "$2") >"${3:-/dev/null}" 2>"$work/err" & tracer=$!
  children+=("$tracer")
  local i
  for ((i = 0; i < 400; i++)); do
    programs=$(grep -ls '^run_time_ns' /proc/$tracer/fdinfo/* || true)
    if [ -n "$programs" ]; then
      run_loop 100 0
      statistics
      if [ "$runs" != 0 ] && { [ "$1" = bpftrace ] || grep -q '^Attached' "$work/err"; }; then return 0; fi
    fi
    kill -0 "$tracer" 2>/dev/null || die "$1 ended: $(cat "$work/err")"
    sleep 0.05
  done
  die "$1 did not start to trace: $2"
}

# stop: an interrupt, and another when the first came at a moment in which bpftrace misses it.
stop() {
  local i
  for ((i = 0; i < 200; i++)); do
    ((i % 40 > 0)) || kill -INT "$tracer" 2>/dev/null || true
    kill -0 "$tracer" 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL "$tracer" 2>/dev/null || true
  wait "$tracer" || true
  unset 'children[-1]'
}

# statistics: sets time and runs of the traced programs until now. A program has several files; the
# mean of them is right as long as all have as many.
statistics() {
  local file key value
  time=0 runs=0
  for file in $programs; do
    while read -r key value _; do
      case $key in
        run_time_ns:) time=$((time + value)) ;;
        run_cnt:) runs=$((runs + value)) ;;
      esac
    done 2>/dev/null <"$file" || true
  done
}

# enable_statistics 0|1
enable_statistics() { echo "$1" >/proc/sys/kernel/bpf_stats_enabled; }

# Of the windows of one measurement the lower quartile counts, for both tools: what else happens on a
# processor (interrupts, a neighbour in the other half of a core) is in the clocks too and can only
# make a window longer. The best one alone would be the luckiest.

# on_both COMMAND: sets cost, the mean of two processors of the lower quartile of windows, each of them
# one figure that the command prints. What a tracer makes costs more on one processor than on the
# other: its perf events on that on which they were opened, some maps by 20 %.
on_both() {
  local processor i costs=()
  for processor in 0 $(($(nproc) > 1)); do
    taskset -pc "$processor" "$loop" >/dev/null
    costs+=("$(for ((i = 0; i < windows; i++)); do "$1"; done | quartile)")
  done
  cost=$(calc "(${costs[0]} + ${costs[1]}) / 2")
}

# loop_cost: sets cost in nanoseconds a call of the loop.
loop_cost() { on_both loop_window; }
loop_window() {
  run_loop $calls 0
  echo "$ns"
}

# run_time: sets cost in nanoseconds a run of the traced program.
run_time() { on_both run_window; }
run_window() {
  local before ran
  statistics
  before=$time ran=$runs
  run_loop $calls 0
  statistics
  calc "($time - $before) / ($runs - $ran)"
}

# per_event NAME SCRIPT SETTING: notes NAME.TOOL.run (ns a run of the program) and NAME.TOOL.loop (ns
# that a traced call takes longer than bare ones before and after, without statistics), one round of
# both tools. The setting is put in front of the script for jbt.
per_event() {
  local tool before traced
  for tool in "${tools[@]}"; do
    loop_cost
    before=$cost
    enable_statistics 1
    if [ "$tool" = jbt ]; then start "$tool" "$3$2"; else start "$tool" "$2"; fi
    run_time
    note "$1.$tool.run" "$cost"
    enable_statistics 0
    loop_cost
    traced=$cost
    stop
    loop_cost
    note "$1.$tool.loop" "$(calc "$traced - ($before + $cost) / 2")"
  done
  # The other one goes first in the next round.
  tools=("${tools[1]}" "${tools[0]}")
}

# per_run NAME SCRIPT LENGTH TOOL...: notes NAME.TOOL.run of each tool for a loop of calls with a path
# of that length.
per_run() {
  local name=$1 script=$2 tool
  path_length=$3
  shift 3
  enable_statistics 1
  for tool; do
    start "$tool" "$script"
    run_time
    note "$name.$tool.run" "$cost"
    stop
  done
  enable_statistics 0
  path_length=0
}
