#!/usr/bin/env bash
# A busy room does not stall its loop: one instance, 15,000 members of a room written to in a closed loop for 30 s, while 100
# other connections measure their round trip (publish, and the publication back). Passes when their p99 is below 100 ms and
# the loop's lag p99 below 50 ms. FLAGS=-Dmillipede.test.unsliced=true switches slicing off: then it must fail.
#   src/test/load/stall.sh
. "$(dirname "$0")/common.sh"
members=${MEMBERS:-15000} seconds=${SECONDS_RUN:-30} window=${WINDOW:-8}
about
start_node '"websocket":{"instances":1}' ${FLAGS:-}
tokens $((members + 1)) m > "$work/members"; tokens 100 o > "$work/others"

lag() { # prints "below total" of the loop's lag samples
  curl -s "http://127.0.0.1:$api/metrics" | awk '/^millipede_loop_lag_seconds_bucket\{.*websocket-0/ { if ($0 ~ /le="0.05"/) b=$2; if ($0 ~ /le="\+Inf"/) t=$2 } END {print b, t}'
}
"$work/wsload" fanout -n "$members" -r 3000 -t "127.0.0.1:$port" --path $path --token-file "$work/members" \
  --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:busy"}}' --ready '"subscribe":' \
  --pub-frame '{"id":3,"publish":{"channel":"room:busy","data":{"m":"%m"}}}' \
  --warmup 200 --messages 30000 --window "$window" --run-timeout $((seconds + 15)) --pid "$node" --quiet > "$work/busy" 2>&1 &
busy=$!; pids+=("$busy")
until [ "$(curl -s "http://127.0.0.1:$api/metrics" | sed -n 's/^millipede_deliveries_total //p' | cut -d. -f1)" -gt $((members * 250)) ]; do
  kill -0 "$busy" 2>/dev/null || die "$(cat "$work/busy")"; sleep 0.5
done
read -r below0 total0 < <(lag)
"$work/wsload" echo -n 100 -r 200 -t "127.0.0.1:$port" --path $path --token-file "$work/others" \
  --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:o%d"}}' --ready '"subscribe":' \
  --frame '{"id":1%s,"publish":{"channel":"room:o%d","data":{"m":"%m"}}}' --msg-rate 500 --duration "$seconds" --quiet > "$work/others.out" || die "$(cat "$work/others.out")"
read -r below1 total1 < <(lag)
kill -0 "$busy" 2>/dev/null || die "the busy room ended early: $(cat "$work/busy")"
written=$(curl -s "http://127.0.0.1:$api/metrics" | sed -n 's/^millipede_deliveries_total //p')
kill -INT "$busy"; wait "$busy" || true

p99=$(field p99 < "$work/others.out")
share=$(awk "BEGIN {printf \"%.4f\", ($below1 - $below0) / ($total1 - $total0)}")
echo "others: round trip p50 $(field p50 < "$work/others.out") ms, p99 $p99 ms, max $(field max < "$work/others.out") ms, lost $(field lost < "$work/others.out")"
echo "loop:   lag below 50 ms in $share of samples; deliveries in all $written"
if [ "$(awk "BEGIN {print ($p99 < 100 && $share >= 0.99)}")" = 1 ]; then echo "PASS: round trip p99 < 100 ms, loop lag p99 < 50 ms"
else echo "FAIL: wanted round trip p99 < 100 ms and loop lag p99 < 50 ms"; exit 1; fi
