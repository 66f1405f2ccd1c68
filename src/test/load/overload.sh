#!/usr/bin/env bash
# A room published at twice what its loop can write, for 30 s: 10,000 members on one instance. First the most the room takes
# is measured in a closed loop; then twice that is published in an open loop, while 100 other connections measure their round
# trips. Passes when memory stays bounded, drops are counted, the others' p99 is below 250 ms, and two seconds after the end
# nothing waits and round trips are as before.
#   src/test/load/overload.sh
. "$(dirname "$0")/common.sh"
members=${MEMBERS:-10000} seconds=${SECONDS_RUN:-30}
about
start_node '"websocket":{"instances":1}' ${FLAGS:-}
tokens $((members + 1)) m > "$work/members"; tokens 100 o > "$work/others"

metric() { curl -s "http://127.0.0.1:$api/metrics" | awk -v m="$1" '$1 ~ "^"m"(\\{|$)" {s+=$2} END {printf "%.0f", s}'; }
room() { # name, then options
  local name=$1; shift
  "$work/wsload" fanout -n "$members" -r 3000 -t "127.0.0.1:$port" --path $path --token-file "$work/members" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:'"$name"'"}}' --ready '"subscribe":' \
    --pub-frame '{"id":3,"publish":{"channel":"room:'"$name"'","data":{"m":"%m"}}}' --quiet "$@"
}
others() { # seconds, file
  "$work/wsload" echo -n 100 -r 200 -t "127.0.0.1:$port" --path $path --token-file "$work/others" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:o%d"}}' --ready '"subscribe":' \
    --frame '{"id":1%s,"publish":{"channel":"room:o%d","data":{"m":"%m"}}}' --msg-rate 500 --duration "$1" --quiet > "$2" || die "$(cat "$2")"
}

others 5 "$work/warm"; others 5 "$work/before"
room closed --warmup 300 --messages 2000 --window 64 > "$work/closed" || die "$(cat "$work/closed")"
most=$(awk "BEGIN {print int(2000 / $(field run_s < "$work/closed"))}")
rate=$((2 * most))
echo "the room takes $most publications/s of 128 bytes ($(field delivered_per_s < "$work/closed") deliveries/s); publishing $rate/s"

room open --messages $((rate * seconds)) --pub-rate $rate --drain 15 --run-timeout $((seconds + 40)) --pid "$node" > "$work/open" 2>&1 & busy=$!; pids+=("$busy")
until [ "$(metric millipede_publications_dropped_total)" -gt 0 ]; do kill -0 "$busy" 2>/dev/null || die "nothing was dropped: $(cat "$work/open")"; sleep 0.2; done
peak=0
( while kill -0 "$busy" 2>/dev/null; do echo "$(awk '/^VmRSS/ {print $2}' "/proc/$node/status") $(metric millipede_outbox_bytes)"; sleep 0.5; done > "$work/memory" ) & watch=$!; pids+=("$watch")
others $((seconds - 10)) "$work/during"
before_end=$(metric millipede_publications_total)
# The publisher has ended when no more publications come in.
while :; do sleep 0.25; now=$(metric millipede_publications_total); [ "$now" = "$before_end" ] && break; before_end=$now; done
sleep 2
settled=$(metric millipede_deliveries_total); sleep 1; later=$(metric millipede_deliveries_total)
others 5 "$work/after"
wait "$busy" || true

peak=$(awk '$1>m {m=$1} $2>o {o=$2} END {printf "%d MiB resident, %d MiB unsent", m/1024, o/1048576}' "$work/memory")
rss=$(awk '$1>m {m=$1} END {print int(m/1024)}' "$work/memory")
dropped=$(metric millipede_publications_dropped_total); slow=$(metric millipede_slow_closes_total)
p() { field p99 < "$work/$1"; }
echo "dropped $dropped publications, closed $slow slow members, memory at most $peak"
echo "others' round trip p99: before $(p before) ms, during $(p during) ms, after $(p after) ms; lost $(field lost < "$work/during")"
echo "deliveries between 2 s and 3 s after the end: $((later - settled))"
ok=$(awk "BEGIN {print ($dropped > 0 && $(p during) < 250 && $later == $settled && $rss < 3000 && $(p after) < 50)}")
[ "$ok" = 1 ] && echo PASS || { echo FAIL; exit 1; }
