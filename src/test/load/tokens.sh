#!/usr/bin/env bash
# CPU of the node for each connection that comes, by the algorithm of its token: handshake, token, connect, subscribe to a room,
# the answers. All are the anonymous user's, so that those without a token differ by nothing but the token. Each node is new, and
# warmed up by WARM rounds; the best of three further rounds counts.
#   src/test/load/tokens.sh
. "$(dirname "$0")/common.sh"
count=${COUNT:-5000} warm=${WARM:-3}
command -v openssl > /dev/null || die "openssl is missing"
about
echo "cores: $(nproc); load before: $(cut -d' ' -f1-3 /proc/loadavg); connections a round: $count"
rooms='"namespaces":{"room":{"subscribe":"anyone"}}'

round() { # prints microseconds for each connection
  "$work/wsload" idle -n "$count" -r "${RATE:-2000}" -t "127.0.0.1:$port" --path $path --token-file "$work/tokens" --rooms 100 \
    --send "{\"id\":1,\"connect\":{$said}}%x0A{\"id\":2,\"subscribe\":{\"channel\":\"room:%r\"}}" \
    --ready '"subscribe":' --hold 1 --quiet --pid "$node" > "$work/out" 2>&1 || die "$(cat "$work/out")"
  [ "$(field failed < "$work/out")" = 0 ] || die "$(cat "$work/out")"
  field srv_connect_us_per_conn < "$work/out"
  until [ "$(curl -s "http://127.0.0.1:$api/metrics" | awk '$1 == "millipede_connections" {printf "%d", $2}')" = 0 ]; do sleep 0.2; done
}

measure() { # name, line of the token file
  for _ in $(seq "$count"); do printf '%s\n' "${2:-none}"; done > "$work/tokens"
  said=${2:+'"token":"%T"'}
  for _ in $(seq "$warm"); do round > /dev/null; done
  local best=
  for _ in 1 2 3; do best=$(printf '%s\n' "$(round)" ${best:+"$best"} | sort -g | head -1); done
  none=${none:-$best}
  awk -v n="$1" -v b="$best" -v o="$none" 'BEGIN {printf "%-8s %5.0f us for each connection, of which the token %5.0f us (%2.0f %%)\n", n, b, b - o, 100 * (b - o) / b}'
  kill "$node"; wait "$node" 2> /dev/null || true
}

token() { "$java" -jar "$jar" token --user '' --ttl 24h "$@"; }

auth='"auth":{"anonymous":true'
without_auth() { # configuration of the section auth
  printf '{"http":{"port":0},"internal":{"port":0,"apiKeys":["%s"]},%s}%s}\n' "$key" "$1" ",$rooms"
}
run() { # name, rest of the section auth, token
  local name="$work/by-$1"
  without_auth "$auth$2" > "$name.json"
  "$java" "${flags[@]}" -jar "$jar" --config "$name.json" 2> "$name.log" &
  node=$!; pids+=("$node")
  until grep -q ': ready' "$name.log"; do kill -0 "$node" || die "$(cat "$name.log")"; sleep 0.1; done
  api=$(sed -n 's|.*health: http://127.0.0.1:\([0-9]*\)/.*|\1|p' "$name.log")
  port=$(sed -n 's|.*clients: ws://127.0.0.1:\([0-9]*\)/.*|\1|p' "$name.log")
  measure "$1" "$3"
}
pair() { # name, options of openssl genpkey
  openssl genpkey "${@:2}" -out "$work/$1.key" 2> /dev/null && openssl pkey -in "$work/$1.key" -pubout -out "$work/$1.pub"
}
pair RS256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
pair ES256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
pair EdDSA -algorithm ED25519
run none '' ''
run HS256 ",\"hmacSecret\":\"$secret\"" "$(MILLIPEDE_AUTH_HMACSECRET=$secret token)"
for each in RS256 ES256 EdDSA; do
  run "$each" ",\"publicKey\":\"$work/$each.pub\"" "$(token --key "$work/$each.key")"
done
