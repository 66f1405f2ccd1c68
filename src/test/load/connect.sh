#!/usr/bin/env bash
# CPU of the node for each connection that comes (handshake, token, connect, subscribe to a room, the answers), first in a JVM
# just started, then again in the same JVM; for each ping and its answer (pings every 2 s here, every 25 s by default);
# and what the kernel's slabs grow by, half of it for each end of a connection.
#   src/test/load/connect.sh
. "$(dirname "$0")/common.sh"
count=${COUNT:-15000} seconds=${SECONDS_RUN:-10}
about
echo "cores:   $(nproc); load before: $(cut -d' ' -f1-3 /proc/loadavg)"
start_node '"websocket":{"pingInterval":"2s","pongTimeout":"1900ms"}'
tokens "$count" c > "$work/tokens"
ticks=$(getconf CLK_TCK)

# CPU of the node so far, user and system, in microseconds.
cpu() { awk -v t="$ticks" '{sub(/.*\) /, ""); print int(($12 + $13) * 1000000 / t)}' "/proc/$node/stat"; }
metric() { curl -s "http://127.0.0.1:$api/metrics" | awk -v n="$1" '$1 == n {s += $2} END {printf "%d", s}'; }

run() { # name
  "$work/wsload" idle -n "$count" -r "${RATE:-3000}" -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" --rooms 100 \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:%r"}}' \
    --ready '"subscribe":' --hold "$seconds" --quiet --pid "$node" > "$work/out" 2>&1 &
  local load=$! before after held
  pids+=("$load")
  until [ "$(metric millipede_connections)" -ge "$count" ]; do
    kill -0 "$load" 2> /dev/null || die "$(cat "$work/out")"; sleep 0.2
  done
  sleep 1
  before=$(cpu) held=$(date +%s%N); sleep $((seconds - 3)); after=$(cpu) held=$(($(date +%s%N) - held))
  wait "$load" || die "$(cat "$work/out")"
  printf '%-6s connect %4.0f us for each, failed %s; ping %5.2f us for each, disconnects %s; kernel %s B for each end\n' "$1" "$(field srv_connect_us_per_conn < "$work/out")" \
    "$(field failed < "$work/out")" "$(awk -v c=$((after - before)) -v n="$count" -v s="$held" 'BEGIN {print c / n / (s / 2e9)}')" "$(field disconnects < "$work/out")" "$(($(field slab_bytes_per_conn < "$work/out") / 2))"
  until [ "$(metric millipede_connections)" -eq 0 ]; do sleep 0.2; done
}

run cold; run warm; run warm
