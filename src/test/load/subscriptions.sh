#!/usr/bin/env bash
# CHANNELS (1,000,000) channel subscriptions through the router of one node, without sockets: time, CPU, heap, Redis' memory.
# Then Redis closes the connection that listens: how soon all are back, and how long new channels wait meanwhile (bound: 3 s).
# Then all leave. Fails when a subscription or a publication is missing.
#   src/test/load/subscriptions.sh
. "$(dirname "$0")/common.sh"
classes=$root/target/test-classes
[ -f "$classes/dev/millipede/load/Subscriptions.class" ] || die "no test classes: run mvn -q -DskipTests package first"
about
start_redis
echo "redis:   $redis_version"
"$java" "${flags[@]}" ${FLAGS:-} --enable-native-access=ALL-UNNAMED -cp "$jar:$classes" dev.millipede.load.Subscriptions \
  "$redis_socket" "${CHANNELS:-1000000}" 2> "$work/log" & run=$!; pids+=("$run")
wait "$run" || { cat "$work/log" >&2; exit 1; }
