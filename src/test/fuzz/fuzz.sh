#!/usr/bin/env bash
# Fuzzes every target (*FuzzTest), one after the other, each in a JVM of its own, and says how many inputs each was given.
# Fails if one of them found something; what it found is then kept in .cifuzz-corpus/findings, to be copied into the
# target's folder of seeds in src/test/resources, where every build replays it. What is worth going on from is kept in
# .cifuzz-corpus/CLASS.
#
#   fuzz.sh [within=LIMIT] SECONDS [CLASS…]        seconds for each target, counted from its first input
#   fuzz.sh [within=LIMIT] runs=INPUTS [CLASS…]    inputs for each target
#
# With a limit the targets come in a random order, and none is begun after so many seconds.
set -euo pipefail
cd "$(dirname "$0")/../../.."

# Seconds one input may take before it counts as a hang; the machine may be busy and this has the lowest priority.
readonly HANG=60

# Bytes of an input; enough for several frames or commands.
readonly LONGEST=4096

# Jazzer's detectors of what is no business of ours (SQL, LDAP, Clojure): looking for their hooks takes most of the start.
readonly DETECTORS=(
  BigDecimal ClojureLangHooks Deserialization ExpressionLanguageInjection FilePathTraversal LdapInjection
  NamingContextLookup OsCommandInjection ReflectiveCall RegexInjection RegexRoadblocks ScriptEngineInjection
  ServerSideRequestForgery SqlInjection TemplateInjection UnsafeSanitizer XPathInjection XmlParserSsrfGuidance
)

readonly CORPUS=.cifuzz-corpus
readonly DEPENDENCIES=target/fuzz-classpath

usage() {
  sed -n 's/^#   //p' "$0" >&2
  exit 2
}

# The detectors as Jazzer wants them.
without_detectors() {
  local names
  printf -v names 'com.code_intelligence.jazzer.sanitizers.%s:' "${DETECTORS[@]}"
  echo "${names%:}"
}

# The last number libFuzzer said of $2 in log $1.
figure() {
  sed -n "s/.*$2: *\([0-9/]*\).*/\1/p" "$1" | tail -n 1
}

fuzz() {
  local class="$1" bound="$2" log="$CORPUS/$1.log" status=0
  local seeds="src/test/resources/${class//.//}Inputs"
  mkdir -p "$CORPUS/$class" "$seeds" "$CORPUS/findings"
  nice -n 19 java "${jit[@]}" -Xmx1g -XX:+UseSerialGC \
    -XX:+EnableDynamicAgentLoading -Djdk.attach.allowAttachSelf=true --enable-native-access=ALL-UNNAMED -ea \
    -cp "target/test-classes:target/classes:$(<"$DEPENDENCIES")" com.code_intelligence.jazzer.Jazzer \
    "--target_class=$class" "--instrumentation_includes=dev.millipede.**" "--custom_hook_includes=dev.millipede.**" \
    "--disabled_hooks=$(without_detectors)" "--reproducer_path=$CORPUS/findings" "-artifact_prefix=$CORPUS/findings/" -print_final_stats=1 \
    "-timeout=$HANG" "-max_len=$LONGEST" "$bound" "$CORPUS/$class" "$seeds" >"$log" 2>&1 || status=$?
  inputs="$(figure "$log" 'number_of_executed_units')"
  inputs="${inputs:-0}"
  printf '%-52s %9d inputs, coverage %s, features %s, corpus %s\n' \
    "$class" "$inputs" "$(figure "$log" cov)" "$(figure "$log" ft)" "$(figure "$log" corp)"
  if ((status != 0)); then
    grep -v '^#[0-9]' "$log" | tail -n 60
    echo "$class failed with status $status"
  fi
  return "$status"
}

limit=
jit=(-XX:-DontCompileHugeMethods)
if [[ "${1:-}" == within=* ]]; then
  limit="${1#within=}"
  # A short run is over before the second compiler has paid for itself.
  jit+=(-XX:TieredStopAtLevel=1)
  shift
fi
case "${1:-}" in
  runs=*) bound="-$1" ;;
  [1-9]*) bound="-max_total_time=$1" ;;
  *) usage ;;
esac
shift
if (($# == 0)); then
  mapfile -t targets < <(cd src/test/java && find . -name '*FuzzTest.java' | sort | sed 's|^\./||; s|\.java$||; s|/|.|g')
  set -- "${targets[@]}"
fi
if [[ ! -d target/test-classes ]]; then
  mvn -q -B test-compile
fi
if [[ ! -f "$DEPENDENCIES" || pom.xml -nt "$DEPENDENCIES" ]]; then
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
    "-Dmdep.outputFile=$DEPENDENCIES" -Dmdep.includeScope=test
fi

total=0
failed=0
begun=0
if [[ -n "$limit" ]]; then
  mapfile -t targets < <(shuf -e -- "$@")
  set -- "${targets[@]}"
fi
for target; do
  if [[ -n "$limit" ]] && ((SECONDS >= limit)); then
    echo "left out, past $limit s: ${*:begun + 1}"
    break
  fi
  begun=$((begun + 1))
  fuzz "$target" "$bound" || failed=$((failed + 1))
  total=$((total + inputs))
done
echo "$total inputs for $begun of $# targets in $SECONDS s, $failed with findings"
exit $((failed > 0))
