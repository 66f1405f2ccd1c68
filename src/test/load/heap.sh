#!/usr/bin/env bash
# Live heap per idle connection: the slope from 1,000 to 15,000 connections after full collections, each connection its own
# user with its own token, its user: channel, broadcast, and one of 100 rooms. Prints the class histogram's growth with it.
# EXTRA are more members of the node's configuration (JSON). BACKPLANE=redis has the node use a Redis; HISTORY=100 has every channel keep so many publications (there are none).
#   src/test/load/heap.sh
. "$(dirname "$0")/common.sh"
few=1000 many=15000
about
[ "${BACKPLANE:=memory}" != redis ] || start_redis
echo "backplane: $BACKPLANE"
kept="{\"history\":{\"size\":${HISTORY:=0}}}"
echo "history: $HISTORY publications a channel"
start_node "${EXTRA:+$EXTRA,}${redis_backplane:+$redis_backplane,}\"namespaces\":{\"user\":$kept,\"room\":$kept,\"broadcast\":$kept}" -XX:+UseSerialGC
tokens $few a > "$work/few"; tokens $((many - few)) b > "$work/rest"

connect() { # tokens count
  "$work/wsload" idle -n "$2" -r 3000 -t "127.0.0.1:$port" --path $path --token-file "$1" --rooms 100 \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:%r"}}' \
    --ready '"subscribe":' --hold 600 --quiet > "$work/out.$2" 2>&1 &
  pids+=("$!")
  until [ "$(curl -s "http://127.0.0.1:$api/metrics" | sed -n 's/^millipede_subscriptions{[^}]*} //p' | awk '{s+=$1} END {print int(s)}')" -ge $((2 * $3)) ]; do
    kill -0 "${pids[-1]}" || die "$(cat "$work/out.$2")"; sleep 0.3
  done
}

# Two collections: finalization and reference queues need the second.
histogram() { "$jcmd" "$node" GC.run > /dev/null; sleep 1; "$jcmd" "$node" GC.class_histogram > "$1"; }

connect "$work/few" $few $few; histogram "$work/h1"
connect "$work/rest" $((many - few)) $many; histogram "$work/h2"

# Without what the collector fills gaps with, which comes and goes.
total() { awk '/FillerElement|FillerObject/ {filler += $3} /^Total/ {print $3 - filler}' "$1"; }
slope=$(( ($(total "$work/h2") - $(total "$work/h1")) / (many - few) ))
echo "heap per connection: $slope bytes (slope from $few to $many)"
echo
echo "by class, for each connection:   instances       bytes"
awk 'FNR==NR {if ($1 ~ /:$/) {i[$4]=$2; b[$4]=$3} next} $1 ~ /:$/ {printf "%-60s %6.2f %9.1f\n", substr($4,1,60), ($2-i[$4])/n, ($3-b[$4])/n}' \
  n=$((many - few)) "$work/h1" "$work/h2" | sort -k3 -rn > "$work/growth"
head -"${ROWS:-30}" "$work/growth"
echo
[ "$slope" -le 2500 ] && echo "PASS: at most 2,500 bytes" || { echo "FAIL: more than 2,500 bytes"; exit 1; }
