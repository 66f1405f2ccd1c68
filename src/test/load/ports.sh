#!/usr/bin/env bash
# More connections to one address and port than there are port numbers: several nodes share the port (http.reusePort), the
# clients come from several source addresses. Prints what each node holds, and what accepting cost its one acceptor thread.
# NODES and CONNECTIONS change how many; each process may have as many descriptors as `ulimit -n` says.
#   src/test/load/ports.sh
. "$(dirname "$0")/common.sh"
connections=${CONNECTIONS:-70000} nodes=${NODES:-5}
flags=(-Xms128m -Xmx512m "${flags[@]:2}")
about
rest='"websocket":{"pingInterval":"10m"}'
http='"port":0,"reusePort":true'
all=() apis=()
for _ in $(seq "$nodes"); do
  start_node "$rest"
  http='"port":'$port',"reusePort":true'
  all+=("$node") apis+=("$api")
done
echo "clients: $connections to 127.0.0.1:$port, where $nodes nodes listen"

metric() { curl -s "http://127.0.0.1:$1/metrics" | sed -n "s/^$2 //p" | awk '{print int($1)}'; }
connected() { local sum=0 a; for a in "${apis[@]}"; do sum=$((sum + $(metric "$a" millipede_connections))); done; echo $sum; }
# Nanoseconds of CPU of the threads of process $1 whose name begins with $2.
cpu() {
  local task sum=0
  for task in /proc/"$1"/task/*; do
    case $(cat "$task/comm") in "$2"*) sum=$((sum + $(cut -d' ' -f1 "$task/schedstat"))) ;; esac
  done
  echo $sum
}

tokens 1 a > "$work/token"
before_acceptor=() before=()
for p in "${all[@]}"; do before_acceptor+=("$(cpu "$p" vert.x-acceptor)"); before+=("$(cpu "$p" "")"); done
from=$SECONDS
"$work/wsload" idle -n "$connections" -r "${RATE:-6000}" -t "127.0.0.1:$port" --src 127.0.3.1/16 --path $path \
  --token-file "$work/token" --send '{"id":1,"connect":{"token":"%T"}}' --replies 1 --hold 900 --conn-timeout 600 --quiet > "$work/out" 2>&1 &
client=$!; pids+=("$client")
until [ "$(connected)" -ge "$connections" ]; do
  kill -0 "$client" 2>/dev/null || die "$(cat "$work/out")"
  [ $((SECONDS - from)) -lt 300 ] || die "only $(connected) after 300 s"
  sleep 1
done
echo "connected: $(connected) after $((SECONDS - from)) s; established at port $port by the kernel: $(($(ss -Htn state established "sport = :$port" | wc -l)))"
echo
printf '%-8s %12s %22s %24s\n' node connections 'CPU a connection, us' 'of that the acceptor, us'
worst=0
for i in "${!all[@]}"; do
  held=$(metric "${apis[$i]}" millipede_connections)
  total=$(( ($(cpu "${all[$i]}" "") - before[i]) / held )) acceptor=$(( ($(cpu "${all[$i]}" vert.x-acceptor) - before_acceptor[i]) / held ))
  printf '%-8s %12s %22s %24s\n' "$((i + 1))" "$held" "$((total / 1000)).$((total % 1000 / 100))" "$((acceptor / 1000)).$((acceptor % 1000 / 100))"
  [ "$held" -le $worst ] || worst=$held
done
echo
echo "fullest node: $((worst * 100 * nodes / connections)) % of the mean"
[ "$(connected)" -gt 65536 ] && echo "PASS: more than 65,536 connections to one port" \
  || { echo "FAIL: not more than 65,536 connections"; exit 1; }
