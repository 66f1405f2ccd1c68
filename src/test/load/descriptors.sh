#!/usr/bin/env bash
# A node that may have 1,024 descriptors and is told to take any number of connections: 700 come, then 600 more. Prints the
# CPU it needs while it cannot accept, and what becomes of those who wait when the 700 leave.
#   src/test/load/descriptors.sh
. "$(dirname "$0")/common.sh"
about
ulimit -n 1024
start_node '"websocket":{"maxConnections":1000000}'
tokens 1 a > "$work/token"

connect() { # how many, seconds to stay
  "$work/wsload" idle -n "$1" -r 2000 -t "127.0.0.1:$port" --path $path --token-file "$work/token" --replies 1 \
    --send '{"id":1,"connect":{"token":"%T"}}' --hold "$2" --conn-timeout 60 --quiet > "$work/out.$1" 2>&1 &
  client=$!; pids+=("$client")
}
cpu() { cat /proc/"$node"/task/*/schedstat | awk '{sum += $1} END {print sum / 1e6}'; }
meters() { curl -s -m 1 "http://127.0.0.1:$api/metrics" | grep -E "^millipede_(connections|accept_pauses_total|descriptors_free) "; }

connect 700 60; first=$client
until meters | grep -q "^millipede_connections 700"; do sleep 0.2; done
connect 600 2; second=$client
until grep "cannot accept on" "$work"/node*.log; do sleep 0.2; done
sleep 1
before=$(cpu); sleep 5; after=$(cpu)
awk -v a="$before" -v b="$after" 'BEGIN {printf "CPU while it cannot accept: %.0f ms in 5 s\n", b - a}'
kill "$first"
wait "$second" || true
echo "those who waited: $(field ready < "$work/out.600") of 600 connected, $(field failed < "$work/out.600") failed"
meters
awk -v a="$before" -v b="$after" 'BEGIN {exit !(b - a < 250)}' && [ "$(field ready < "$work/out.600")" = 600 ] \
  && echo "PASS: less than 5 % of a core, and all came in" || { echo "FAIL"; exit 1; }
