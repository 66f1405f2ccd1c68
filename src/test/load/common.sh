# Sourced by the measuring scripts beside it: builds the tools, starts and stops a node of its own. Loopback only.
# shellcheck shell=bash disable=SC2034  # variables are for the scripts that source this
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
jar=$root/target/millipede.jar
work=$(mktemp -d)
pids=()
path=/connection/websocket

die() { echo "$*" >&2; exit 1; }

stop_all() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop_all EXIT

# The JDK to measure on: $JAVA, else an installed JDK 25, else the default one.
java_of() {
  if [ -n "${JAVA:-}" ]; then echo "$JAVA"; return; fi
  for j in /usr/lib/jvm/*25*/bin/java; do [ -x "$j" ] && { echo "$j"; return; }; done
  command -v java
}
java=$(java_of)
jcmd=$(dirname "$(readlink -f "$java")")/jcmd
version=$("$java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p')
flags=(-Xms512m -Xmx2g)
case $version in 2[5-9]*) flags+=(-XX:+UseCompactObjectHeaders) ;; esac
[ -f "$jar" ] || die "no $jar: run mvn -q -DskipTests package first"
gcc -O2 -Wno-parentheses -o "$work/wsload" "$here/wsload.c"
gcc -O2 -o "$work/rawfan" "$here/rawfan.c"
gcc -O2 -o "$work/dribble" "$here/dribble.c"

secret=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
key=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')

# Starts a node with $1 as the rest of its configuration (JSON members) and more JVM flags, $http as that of its public
# listener; sets node and port, api. Returns
# once it is ready, with a Redis that is when it has connected.
start_node() {
  local extra=$1 name="$work/node${#pids[@]}"; shift
  printf '{"http":{%s},"internal":{"port":0,"apiKeys":["%s"]},"auth":{"hmacSecret":"%s"}%s}\n' \
    "${http:-\"port\":0}" "$key" "$secret" "${extra:+,$extra}" > "$name.json"
  touch "$name.log"
  "$java" "${flags[@]}" "$@" -jar "$jar" --config "$name.json" 2> "$name.log" &
  node=$!; pids+=("$node"); port='' api=''
  for _ in $(seq 150); do
    api=$(sed -n 's|.*health: http://127.0.0.1:\([0-9]*\)/.*|\1|p' "$name.log")
    [ -n "$api" ] && curl -sf -o "$name.ready" "http://127.0.0.1:$api/health/ready" && break
    kill -0 "$node" 2>/dev/null || die "the node did not start: $(cat "$name.log")"
    sleep 0.1
  done
  [ -f "$name.ready" ] || die "the node is not ready: $(cat "$name.log")"
  port=$(sed -n 's|.*clients: ws://127.0.0.1:\([0-9]*\)/.*|\1|p' "$name.log")
}

# Prints the path of a redis-server: the one on the PATH, else the static one that a test dependency brings along.
redis_server() {
  local name folder=$root/target/redis
  command -v redis-server && return
  case $(uname -m) in x86_64) name=linux-amd64 ;; aarch64) name=linux-arm64 ;; *) die "no redis-server on the PATH" ;; esac
  if ! compgen -G "$folder/redis-server-*-$name" > /dev/null; then
    (cd "$root" && mvn -q -o dependency:copy-dependencies -DincludeArtifactIds=embedded-redis -DoutputDirectory="$folder") >&2 \
      || die "no redis-server on the PATH, and Maven has none"
    (cd "$folder" && bin=$(dirname "$jcmd") && name=$("$bin/jar" tf embedded-redis-*.jar | grep -m1 -e "^redis-server-.*-$name$") \
      && "$bin/jar" xf embedded-redis-*.jar "$name" && chmod +x "$name" && rm embedded-redis-*.jar)
  fi
  compgen -G "$folder/redis-server-*-$name" | head -1
}

# Starts a Redis in memory on a Unix socket; with an argument, on a TCP port of its own too. Sets redis (its pid), redis_socket,
# redis_port, and redis_backplane, the members of a node's configuration.
start_redis() {
  local binary
  binary=$(redis_server) || exit 1
  redis_socket=$work/redis.sock redis_port=0
  [ $# = 0 ] || redis_port=$((20000 + RANDOM % 9000))
  redis_backplane='"backplane":{"type":"redis","redis":{"uri":"unix://'$redis_socket'"}}'
  touch "$work/redis.log"
  "$binary" --bind 127.0.0.1 --port $redis_port --unixsocket "$redis_socket" --save "" --appendonly no --dir "$work" > "$work/redis.log" 2>&1 &
  redis=$!; pids+=("$redis")
  until [ -S "$redis_socket" ]; do kill -0 "$redis" 2>/dev/null || die "no Redis: $(cat "$work/redis.log")"; sleep 0.05; done
  redis_version=$(sed -n 's/.*Redis version=\([0-9.]*\).*/\1/p' "$work/redis.log")
}

# Prints $1 tokens of users $2 0 … $1-1.
tokens() { MILLIPEDE_AUTH_HMACSECRET=$secret "$java" -jar "$jar" token --count "$1" --prefix "$2"; }

# A field of a flat JSON line: field NAME < FILE
field() { sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p"; }

about() {
  echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r)"
  echo "java:    $version ${flags[*]}"
  echo "commit:  $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)"
}
