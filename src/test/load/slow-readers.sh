#!/usr/bin/env bash
# A room of MEMBERS, of whom SLOW stop reading: does it cost the others anything? ROUNDS rounds, each with all of them reading and
# with the slow ones, by turns on one node, so that what else the machine does falls on both. The slow ones are in a second room
# too, through which they are filled up before others are measured, and closed as slow afterwards, but for a few: a room all of whose
# readers are stuck rests, so that the last ones are left to the pings, which are off here. Passes when the median of the others' p99
# with slow readers is at most 10 % above the median without, or by less than 1 ms, and no more was unsent than their bounds allow.
#   src/test/load/slow-readers.sh
. "$(dirname "$0")/common.sh"
members=${MEMBERS:-5000} slow=${SLOW:-200} rounds=${ROUNDS:-5} seconds=${SECONDS_RUN:-10} limit=$((1 << 20))
others=$((members - slow)) rate=4
about
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
# No pings meanwhile: who reads none answers none, and would be cut for that instead.
start_node '"websocket":{"pingInterval":"1h","outboxLimit":'"$limit}"
tokens $((members + 1)) m > "$work/tokens"
metric() { curl -s "http://127.0.0.1:$api/metrics" | awk -v n="$1" 'index($0, n) == 1 {s += $NF} END {printf "%d", s}'; }
{ printf '{"channel":"room:slow","data":"'; head -c 32000 /dev/zero | tr '\0' x; printf '"}'; } > "$work/body"
fill() { # times
  for _ in $(seq "$1"); do
    curl -s -o "$work/answer" -H "X-API-Key: $key" -H 'Content-Type: application/json' --data-binary @"$work/body" "http://127.0.0.1:$api/api/publish"
  done
}
look() { # notes the highest values of what grows
  local now; now=$(metric millipede_outbox_bytes); [ "$now" -le "$top" ] || top=$now
  now=$(awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$node/status"); [ "$now" -le "$rss" ] || rss=$now
}

round() { # name, further options of those $slow
  local name=$1 load run closed top=0 rss=0 before; shift
  before=$(metric 'millipede_connections_closed_total{code="3008"')
  "$work/wsload" idle -n "$slow" -r 500 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:slow"}}%x0A{"id":3,"subscribe":{"channel":"room:all"}}' \
    --replies 3 --hold 600 --quiet "$@" > "$work/slow" 2>&1 &
  load=$!; pids+=("$load")
  until [ "$(metric millipede_subscriptions)" -ge $((3 * slow)) ]; do kill -0 $load || die "$(cat "$work/slow")"; sleep 0.2; done
  fill 16; sleep 1.2; look
  "$work/wsload" fanout -n "$others" -r 1000 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:all"}}' --ready '"subscribe":' \
    --pub-frame '{"id":3,"publish":{"channel":"room:all","data":{"m":"%m"}}}' --size 1024 --warmup 10 \
    --messages $((seconds * rate)) --pub-rate $rate --run-timeout $((seconds + 30)) --quiet > "$work/others" 2> "$work/others.log" &
  run=$!; pids+=("$run")
  while kill -0 $run 2> /dev/null; do look; sleep 0.5; done
  wait $run || die "$(cat "$work/others" "$work/others.log")"
  closed=$(($(metric 'millipede_connections_closed_total{code="3008"') - before))
  [ $# = 0 ] || for _ in $(seq 150); do
    [ $(($(metric 'millipede_connections_closed_total{code="3008"') - before)) -lt "$slow" ] || break
    fill 4; look
  done
  p99=$(field p99 < "$work/others")
  echo "$name: others p50 $(field p50 < "$work/others") ms, p99 $p99 ms, missing $(field missing < "$work/others"); closed 3008: $closed meanwhile, $(($(metric 'millipede_connections_closed_total{code="3008"') - before)) in the end; unsent at most $top B, RSS at most $rss MiB"
  [ "$top" -le $((slow * limit + (64 << 20))) ] || die "FAIL: more unsent bytes than the bounds allow"
  kill -INT $load; wait $load || true
  until [ "$(metric 'millipede_connections ')" -eq 0 ]; do sleep 0.2; done
}

for _ in $(seq "$rounds"); do
  round "all read "; echo "$p99" >> "$work/with-all"
  round "slow ones" --stall --rcvbuf 4096; echo "$p99" >> "$work/with-slow"
done
median() { sort -n "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
a=$(median "$work/with-all") b=$(median "$work/with-slow")
echo "median p99: all read $a ms, with slow readers $b ms, ratio $(awk "BEGIN {printf \"%.2f\", $b / $a}")"
if [ "$(awk "BEGIN {print ($b <= $a * 1.1 || $b < $a + 1)}")" = 1 ]; then echo PASS; else echo FAIL; exit 1; fi
