#!/usr/bin/env bash
# CPU per delivery: one room of 10,000, 128-byte payload, the node beside rawfan (the floor: one send() for each delivery) in
# one run, alternately, ROUNDS times (3); the median counts. With one publication outstanding, and with eight.
#   src/test/load/cpu.sh
. "$(dirname "$0")/common.sh"
conns=${CONNS:-10000} rounds=${ROUNDS:-3} messages=${MESSAGES:-100} warmup=${WARMUP:-300}
about
start_node '"websocket":{"instances":'"${INSTANCES:-1}"'}' ${FLAGS:-}
tokens $((conns + 1)) u > "$work/tokens"
fanport=$((20000 + RANDOM % 9000)); "$work/rawfan" $fanport & fan=$!; pids+=("$fan")

ours() { # window
  "$work/wsload" fanout -n "$conns" -r 4000 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}%x0A{"id":2,"subscribe":{"channel":"room:1"}}' --ready '"subscribe":' \
    --pub-frame '{"id":3,"publish":{"channel":"room:1","data":{"m":"%m"}}}' \
    --warmup "$warmup" --messages "$messages" --window "$1" --pid "$node" --quiet
}
floor() { "$work/wsload" fanout -n "$conns" -r 4000 -t "127.0.0.1:$fanport" --send 'R %d' --replies 1 --pub-init '' --pub-frame 'P %m' \
    --warmup 100 --messages "$messages" --window "$1" --pid "$fan" --quiet; }
median() { sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }

failed=0
for window in 1 8; do
  for r in $(seq "$rounds"); do
    ours $window > "$work/o.$window.$r" || die "lost or failed: $(cat "$work/o.$window.$r")"
    floor $window > "$work/f.$window.$r" || die "rawfan: $(cat "$work/f.$window.$r")"
    for s in o f; do
      printf 'window %d round %d %-9s %6s us per delivery (user %s), delivered %s/s, p99 %s ms, missing %s dup %s out of order %s\n' $window "$r" \
        "$([ $s = o ] && echo millipede || echo rawfan)" "$(field srv_cpu_us_per_msg < "$work/$s.$window.$r")" \
        "$(field srv_user_us_per_msg < "$work/$s.$window.$r")" "$(field delivered_per_s < "$work/$s.$window.$r")" \
        "$(field p99 < "$work/$s.$window.$r")" "$(field missing < "$work/$s.$window.$r")" "$(field dup < "$work/$s.$window.$r")" "$(field out_of_order < "$work/$s.$window.$r")"
    done
  done
  o=$(cat "$work"/o.$window.* | field srv_cpu_us_per_msg | median); f=$(cat "$work"/f.$window.* | field srv_cpu_us_per_msg | median)
  ratio=$(awk "BEGIN {printf \"%.2f\", $o / $f}")
  if [ $window = 1 ]; then ok=$(awk "BEGIN {print ($ratio <= 1.5)}"); want='at most 1.5 times rawfan'
  else ok=$(awk "BEGIN {print ($o <= 3)}"); want='at most 3 us'; fi
  [ "$ok" = 1 ] || failed=1
  echo "window $window: millipede $o us, rawfan $f us, ratio $ratio: $([ "$ok" = 1 ] && echo PASS || echo FAIL) ($want)"
done
exit $failed
