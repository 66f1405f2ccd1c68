#!/usr/bin/env bash
# Those who come and never get to the point: COUNT at once, of each of three kinds one after the other. Passes when all are cut
# within the deadline (that of the handshake; of connect and of the close frame for those who are upgraded) and 2 s, while
# those who connect meanwhile, 50 a second, take less than 1 s (p99).
#   src/test/load/slowloris.sh
. "$(dirname "$0")/common.sh"
count=${COUNT:-5000}
about
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
start_node '"websocket":{"handshakeTimeout":"10s","connectTimeout":"10s","closeTimeout":"5s"}'
tokens 100 h > "$work/tokens"
failed=0

run() { # mode deadline
  "$work/dribble" "$1" -n "$count" -t "127.0.0.1:$port" -p $path -s $(($2 + 20)) > "$work/dribble.out" 2> "$work/came" &
  local dribble=$! verdict=PASS
  pids+=("$dribble")
  until grep -q came "$work/came"; do kill -0 "$dribble" || die "$(cat "$work/came")"; sleep 0.1; done
  "$work/wsload" idle -n $(($2 * 50)) -r 50 -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" \
    --send '{"id":1,"connect":{"token":"%T"}}' --replies 1 --hold 0 --quiet > "$work/honest" || verdict=FAIL
  wait "$dribble" || verdict=FAIL
  local p50 p99 last
  p50=$(field p50 < "$work/honest")
  p99=$(field p99 < "$work/honest")
  last=$(field cut_last_s < "$work/dribble.out")
  [ "$(awk "BEGIN {print ($p99 < 1000 && $last < $2 + 2)}")" = 1 ] || verdict=FAIL
  echo "$verdict $1: $(cat "$work/dribble.out")"
  echo "     honest connects: $(field ready < "$work/honest") of $(($2 * 50)), p50 $p50 ms, p99 $p99 ms"
  [ $verdict = PASS ] || failed=1
}

run header 10; run silent 10; run upgraded 15
exit $failed
