# Sourced by the measuring scripts beside it: builds the tools, starts and stops a node of its own. Loopback only.
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

secret=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
key=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')

# Starts a node with $1 as the rest of its configuration (JSON members) and more JVM flags; sets node and port, api.
start_node() {
  local extra=$1; shift
  printf '{"http":{"port":0},"internal":{"port":0,"apiKeys":["%s"]},"auth":{"hmacSecret":"%s"}%s}\n' \
    "$key" "$secret" "${extra:+,$extra}" > "$work/node.json"
  "$java" "${flags[@]}" "$@" -jar "$jar" --config "$work/node.json" 2> "$work/node.log" &
  node=$!; pids+=("$node")
  for _ in $(seq 100); do grep -q ' ready$' "$work/node.log" && break; kill -0 "$node" 2>/dev/null || break; sleep 0.1; done
  grep -q ' ready$' "$work/node.log" || { cat "$work/node.log" >&2; die "the node did not start"; }
  port=$(sed -n 's|.*clients: ws://127.0.0.1:\([0-9]*\)/.*|\1|p' "$work/node.log")
  api=$(sed -n 's|.*health: http://127.0.0.1:\([0-9]*\)/.*|\1|p' "$work/node.log")
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
