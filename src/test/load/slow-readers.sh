#!/usr/bin/env bash
# A room of MEMBERS, of whom SLOW stop reading: does it cost the others anything? ROUNDS rounds, each with all of them reading and
# with the slow ones, by turns on one node, so that what else the machine does falls on both. Prints the others' latency from
# publisher to receiver, how the slow ones ended, and the node's memory. Passes when the median of the others' p99 with slow readers is
# at most 10 % above the median without, or by less than 1 ms, and direct memory stays below what their bounds allow.
#   src/test/load/slow-readers.sh
. "$(dirname "$0")/common.sh"
members=${MEMBERS:-5000} slow=${SLOW:-200} rounds=${ROUNDS:-5} seconds=${SECONDS_RUN:-20} limit=${LIMIT:-65536}
others=$((members - slow)) rate=4
about
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
start_node '"websocket":{"outboxLimit":'"$limit}"
tokens $((members + 1)) m > "$work/tokens"
metric() { curl -s "http://127.0.0.1:$api/metrics" | awk -v n="$1" 'index($1, n) == 1 {s += $2} END {printf "%d", s}'; }
rss() { awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$node/status"; }

round() { # name, further options of those $slow
  local name=$1 load peak=0 top=0 now; shift
  "$work/wsload" idle -n "$slow" -r 500 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:all"}}' --ready '"subscribe":' --hold 600 --quiet "$@" > "$work/slow" 2>&1 &
  load=$!; pids+=("$load")
  until [ "$(metric millipede_subscriptions)" -ge $((2 * slow)) ]; do kill -0 $load || die "$(cat "$work/slow")"; sleep 0.2; done
  "$work/wsload" fanout -n "$others" -r 1000 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:all"}}' --ready '"subscribe":' \
    --pub-frame '{"id":3,"publish":{"channel":"room:all","data":{"m":"%m"}}}' --size 4096 --warmup 20 \
    --messages $((seconds * rate)) --pub-rate $rate --run-timeout $((seconds + 30)) --quiet > "$work/others" 2> "$work/others.log" &
  local run=$!; pids+=("$run")
  while kill -0 $run 2> /dev/null; do
    now=$(metric 'jvm_buffer_memory_used_bytes{id="direct"'); [ "$now" -gt "$peak" ] && peak=$now
    now=$(metric millipede_outbox_bytes); [ "$now" -gt "$top" ] && top=$now
    sleep 0.5
  done
  wait $run || die "$(cat "$work/others" "$work/others.log")"
  p99=$(field p99 < "$work/others")
  echo "$name: others p50 $(field p50 < "$work/others") ms, p99 $p99 ms, missing $(field missing < "$work/others"); closed 3008 so far $(metric 'millipede_connections_closed_total{code="3008"'); unsent at most $top B, direct memory at most $((peak >> 20)) MiB, RSS $(rss) MiB"
  kill -INT $load; wait $load || true
  until [ "$(metric millipede_connections)" -eq 0 ]; do sleep 0.2; done
  [ "$top" -le $((slow * limit + (64 << 20))) ] || die "FAIL: more unsent bytes than the bounds allow"
}

for _ in $(seq "$rounds"); do
  round "all read "; echo "$p99" >> "$work/with-all"
  round "slow ones" --stall --rcvbuf 4096; echo "$p99" >> "$work/with-slow"
done
median() { sort -n "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
a=$(median "$work/with-all") b=$(median "$work/with-slow")
ratio=$(awk "BEGIN {printf \"%.2f\", $b / $a}")
echo "median p99: all read $a ms, with slow readers $b ms, ratio $ratio"
if [ "$(awk "BEGIN {print ($b <= $a * 1.1 || $b < $a + 1)}")" = 1 ]; then echo PASS; else echo FAIL; exit 1; fi
