#!/usr/bin/env bash
# What a delivery costs through Redis: CPU of the node and of Redis, with the memory backplane beside it in one run, alternately,
# ROUNDS times (3); the median counts. 128-byte payload, one instance for each node.
#   unicast: CONNS connections (1,000), each a user of her own, to whom another connection publishes; RATE (5,000) a second, and
#            in a closed loop with TOKENS (64) under way. A delivery is all that belongs to it: the publish command read, its
#            reply and the push written, and through Redis a PUBLISH, its answer and the message. On one node; and on two that
#            share the Redis, with even connections on the one and odd ones on the other, so that each message crosses
#            (CPU of both nodes).
#   fan-out: a room of ROOM members (10,000) on one node, one publication outstanding, and eight; published by a connection, and
#            by a PUBLISH in Redis.
# HISTORY=100 has every channel keep so many publications: a publish is then a script, and every publication has a position.
# Fails when something is lost, comes twice or out of order.
#   src/test/load/redis.sh
. "$(dirname "$0")/common.sh"
conns=${CONNS:-1000} room=${ROOM:-10000} rounds=${ROUNDS:-3} rate=${RATE:-5000} inflight=${TOKENS:-64}
seconds=${SECONDS_RUN:-5} messages=${MESSAGES:-100} warmup=${WARMUP:-300}
kept="\"history\":{\"size\":${HISTORY:=0}}"
rules="\"websocket\":{\"instances\":1},\"namespaces\":{\"user\":{\"publish\":\"authenticated\",$kept},\"room\":{$kept}}"
about
start_redis tcp
echo "redis:   $redis_version"
echo "history: $HISTORY publications a channel"
declare -A target nodes
declare -A title=([memory]=memory [redis]=Redis [two]="Redis, two nodes" [plain]="Redis, plain PUBLISH")
start_node "$rules" ${FLAGS:-}; nodes[memory]=$node target[memory]=127.0.0.1:$port
start_node "$rules,$redis_backplane" ${FLAGS:-}; nodes[redis]=$node target[redis]=127.0.0.1:$port
start_node "$rules,$redis_backplane" ${FLAGS:-}; nodes[two]=${nodes[redis]},$node target[two]=${target[redis]},127.0.0.1:$port
nodes[plain]=${nodes[redis]} target[plain]=${target[redis]}
tokens $((room + 1)) u > "$work/tokens"

servers() { echo "${nodes[$1]}$([ "$1" = memory ] || echo ",$redis")"; }
unicast() { # way, seconds uncounted, options
  local way=$1 uncounted=$2; shift 2
  "$work/wsload" unicast -n "$conns" -r 2000 -t "${target[$way]}" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}' --ready '"connect":' \
    --frame '{"id":1%s,"publish":{"channel":"user:u%t","data":{"m":"%m"}}}' \
    --warmup-s "$uncounted" --pid "$(servers "$way")" --quiet "$@"
}
fanout() { # way, window
  local publish=(--pub-frame '{"id":3,"publish":{"channel":"room:1","data":{"m":"%m"}}}')
  [ "$1" != plain ] || publish=(--pub redis --pub-target "127.0.0.1:$redis_port" --redis-channel room:1 --pub-frame '{"m":"%m"}')
  "$work/wsload" fanout -n "$room" -r 4000 -t "${target[$1]}" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:1"}}' --ready '"subscribe":' \
    "${publish[@]}" --warmup "$warmup" --messages "$messages" --window "$2" --pid "$(servers "$1")" --quiet
}
cpu() { # file, a number of the first and the last of its processes: their microseconds for each delivery
  for i in $(seq "$2" "$3"); do field "srv_cpu_s_$i" < "$1"; done \
    | awk -v n="$(field delivered < "$1")" '{s+=$1} END {printf "%.3f\n", s*1e6/n}'
}
median() { sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }

failed=0
measure() { # name, ways (the first is what the others are compared with), mode, its options
  local name=$1 ways=$2 mode=$3 folder round way count out wrong base=; shift 3
  folder=$(mktemp -d -p "$work")
  for round in $(seq "$rounds"); do for way in $ways; do
    out=$folder/$way; "$mode" "$way" "$@" > "$out" || die "failed: $(cat "$out")"
    count=$(tr , '\n' <<< "${nodes[$way]}" | wc -l)
    cpu "$out" 0 $((count - 1)) >> "$out.node"; cpu "$out" "$count" "$count" >> "$out.redis"
    wrong=$(( $(field dup < "$out") + $(field out_of_order < "$out") + $(sed -n 's/.*"\(lost\|missing\)":\([0-9-]*\).*/\2/p' "$out") ))
    [ $wrong = 0 ] || failed=1
    printf '%-22s round %d %-21s node %8s us, Redis %7s us per delivery; %6s deliveries/s, p50 %s p99 %s ms; lost, twice or out of order %s\n' \
      "$name" "$round" "${title[$way]}" "$(tail -1 "$out.node")" "$(tail -1 "$out.redis")" \
      "$(field delivered_per_s < "$out")" "$(field p50 < "$out")" "$(field p99 < "$out")" "$wrong"
  done; done
  for way in $ways; do
    out=$folder/$way; base=${base:-$(median < "$out.node")}
    awk -v name="$name" -v way="${title[$way]}" -v node="$(median < "$out.node")" -v redis="$(median < "$out.redis")" -v base="$base" \
      'BEGIN {printf "%-22s %-21s %9.3f %9.3f %12.2f %14.2f\n", name, way, node, redis, node/base, (node+redis)/base}' >> "$work/medians"
  done
}

# A JVM that has just started spends seconds of CPU on compiling: not counted.
for way in memory redis two; do unicast $way "${WARM_SECONDS:-15}" --tokens "$inflight" --duration 1 > "$work/warm" || die "failed: $(cat "$work/warm")"; done
measure "unicast, $rate/s" "memory redis two" unicast 2 --msg-rate "$rate" --duration "$seconds"
measure "unicast, $inflight under way" "memory redis two" unicast 2 --tokens "$inflight" --duration "$seconds"
measure "fan-out, 1 outstanding" "memory redis plain" fanout 1
measure "fan-out, 8 outstanding" "memory redis plain" fanout 8

echo
printf '%-22s %-21s %9s %9s %12s %14s\n' "us per delivery" "" "node" "Redis" "node/memory" "in all/memory"
cat "$work/medians"
[ $failed = 0 ] && echo "PASS: nothing lost, nothing twice, order kept" || { echo "FAIL: lost, twice or out of order"; exit 1; }
