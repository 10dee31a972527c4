# Sourced by deploy/bench: an agent in a network namespace of its own, asked through mutual TLS.

# start_agent: sets agent, its process, and ask, the client's command.
start_agent() {
  local remote=$JBT_DIST/bin/jbt-remote i
  namespaces=("jbt-bench$$-client" "jbt-bench$$-a")
  ip netns add "${namespaces[0]}"
  ip netns add "${namespaces[1]}"
  ip -n "${namespaces[0]}" link add name eth0 type veth peer name eth0 netns "${namespaces[1]}"
  for i in 0 1; do
    ip -n "${namespaces[i]}" address add 10.88.0.$((i + 1))/24 dev eth0
    ip -n "${namespaces[i]}" link set eth0 up
    ip -n "${namespaces[i]}" link set lo up
  done
  "$remote" pki init --dir "$work" >/dev/null
  "$remote" pki issue user bench --dir "$work" >/dev/null
  "$remote" pki issue host a --dir "$work" >/dev/null
  cat >"$work/a.yaml" <<END
name: a
listen: 10.88.0.2:7010
socket: $work/socket
tls: { authority: ca.crt, certificate: a.crt, key: a.key }
allow: { users: [bench] }
END
  printf 'hosts:\n  - { name: a, address: 10.88.0.2 }\n' >"$work/inventory.yaml"
  ip netns exec "${namespaces[1]}" "$JBT_DIST/bin/jbt-agent" --config "$work/a.yaml" >"$work/agent.log" 2>&1 & agent=$!
  children=("$agent" "${children[@]}")
  for ((i = 0; i < 300; i++)); do
    ip netns exec "${namespaces[0]}" bash -c ': <>/dev/tcp/10.88.0.2/7010' 2>/dev/null && break
    kill -0 "$agent" || die "the agent ended: $(cat "$work/agent.log")"
    sleep 0.1
  done
  ask=(ip netns exec "${namespaces[0]}" "$remote" --hosts a --inventory "$work/inventory.yaml"
    --ca "$work/ca.crt" --cert "$work/bench.crt" --key "$work/bench.key")
}

# resident PID: megabytes.
resident() { awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$1/status"; }

# tracing_memory: notes memory.TOOL.tracing while it counts and prints once a second.
tracing_memory() {
  local script="tracepoint:raw_syscalls:sys_enter { @[comm] = count(); } interval:s:1 { print(@); clear(@); }"
  local asked
  "${ask[@]}" -e "$script" >/dev/null 2>&1 & asked=$!
  children+=("$asked")
  sleep 4
  note memory.jbt.tracing "$(resident "$agent")"
  kill -INT "$asked"
  wait "$asked" || true
  unset 'children[-1]'
  bpftrace -e "$script" >/dev/null 2>&1 & tracer=$!
  children+=("$tracer")
  sleep 3
  note memory.bpftrace.tracing "$(resident "$tracer")"
  stop
}

# attach_time FIGURE SCRIPT: notes FIGURE.attach and FIGURE.compile, milliseconds on the agent. The
# client has what the agent leaves of the processors: in earnest it runs elsewhere.
attach_time() {
  chrt --idle 0 "${ask[@]}" -v -e "$2" 2>&1 >/dev/null |
    sed -n 's/.* attached in \([0-9.]*\) ms (compiled in \([0-9.]*\) ms).*/\1 \2/p' >"$work/attached"
  read -r attached compiled <"$work/attached" || die "no time of attaching"
  note "$1.attach" "$attached"
  note "$1.compile" "$compiled"
}
