#!/usr/bin/env bash
# Readers that stop while each is sent something of its own, on a node with little memory: HEAP for the heap and as much direct
# memory. First as shipped, then with no bound on what waits for all of them (BOUND). Prints what waited at most,
# who was closed, what the log complains of, what the router dropped, and whether an honest client is served in the end. The kernel
# keeps up to 4 MiB for each of them (tcp_wmem) before anything waits here.
#   src/test/load/unsent.sh
. "$(dirname "$0")/common.sh"
slow=${SLOW:-100} rounds=${ROUNDS:-100} size=${SIZE:-60000}
flags=("-Xmx${HEAP:-64m}")
about
metric() { curl -s -m 5 "http://127.0.0.1:$api/metrics" | awk -v n="$1" 'index($0, n) == 1 {s += $NF} END {printf "%d", s}'; }

run() { # name, outboxBytesPerNode
  start_node '"websocket":{"outboxLimit":"1MiB","limits":{"outboxBytesPerNode":'"$2"'}}'
  tokens "$slow" s > "$work/tokens"
  "$work/wsload" idle -n "$slow" -r 500 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" --stall --rcvbuf 4096 \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:%d"}}' --ready '"subscribe":' --hold 600 --quiet > "$work/slow" 2>&1 &
  local load=$! top=0 now served=no
  pids+=("$load")
  until [ "$(metric millipede_subscriptions)" -ge $((2 * slow)) ]; do kill -0 $load || die "$(cat "$work/slow")"; sleep 0.2; done
  { printf '{"channels":['; seq -s, 0 $((slow - 1)) | sed 's/[0-9]\+/"room:&"/g' | tr -d '\n'
    printf '],"data":"'; head -c "$size" /dev/zero | tr '\0' x; printf '"}'; } > "$work/body"
  for _ in $(seq "$rounds"); do
    curl -s -m 10 -o "$work/answer" -H "X-API-Key: $key" -H 'Content-Type: application/json' --data-binary @"$work/body" "http://127.0.0.1:$api/api/broadcast" || true
    now=$(metric millipede_outbox_bytes); [ "$now" -gt "$top" ] && top=$now
  done
  sleep 1.2; now=$(metric millipede_outbox_bytes); [ "$now" -gt "$top" ] && top=$now
  "$work/wsload" idle -n 1 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" --send '{"id":1,"connect":{"token":"%T"}}' \
    --replies 1 --hold 0 --conn-timeout 5 --quiet > "$work/honest" 2>&1 && served=yes
  echo "$1: unsent at most $((top >> 20)) MiB, closed 3008: $(metric 'millipede_connections_closed_total{code="3008"'), of them for the bound of the node $(metric 'millipede_limited_total{limit="outbox_bytes_per_node"'); errors in the log: $(grep -c ' ERROR \|OutOf' "$work"/node*.log | tail -1 | sed 's/.*://') ($(cat "$work"/node*.log | grep -o 'OutOf[A-Za-z]*' | sort | uniq -c | tr '\n' ' ')); an honest client served: $served; dropped by the router $(metric millipede_publications_dropped_total)"
  kill -INT $load; wait $load || true
  kill -9 "$node"; wait "$node" 2> /dev/null || true; rm -f "$work"/node*.log
}

run "as shipped" 0
run "no bound  " "${BOUND:-1099511627776}"
