# Sourced by run.sh, failover.sh, scale.sh, campaign.sh and broker-loss.sh: a cluster of its own, on its own ports and directory, gone afterwards in every case.
#   OTTLA_BENCH_DIR        where its data goes (default: .ottla in this checkout; choose a real disk, not a RAM disk)
#   OTTLA_BENCH_BASE_PORT  first of the hundred ports it uses (default: 28000)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
parent=${OTTLA_BENCH_DIR:-$root/.ottla}
base_port=${OTTLA_BENCH_BASE_PORT:-28000}
jar=$root/benchmarks/target/benchmarks-0.1.0-SNAPSHOT-exec.jar

find_java() {
  local home
  for home in "${OTTLA_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/java" ] && grep -q '^JAVA_VERSION="\(2[5-9]\|[3-9][0-9]\)' "$home/release" 2>/dev/null; then
      echo "$home/bin/java"
      return
    fi
  done
  echo "a JDK 25 is needed; set JAVA_HOME" >&2
  return 1
}

java=$(find_java)

# Packages the named modules if a source of theirs is newer. Told by the plain jars: executable ones all carry the same date.
build() {
  local module built sources
  for module in "$@"; do
    built=$root/$module/target/$module-0.1.0-SNAPSHOT
    sources=("$root/common/src/main" "$root/$module/src/main" "$root/$module/pom.xml")
    if [ ! -f "$built-exec.jar" ] || [ ! -f "$built.jar" ] || [ -n "$(find "${sources[@]}" -type f -newer "$built.jar" -print -quit)" ]; then
      echo "building $*" >&2
      (cd "$root" && mvn -q -B -Pquick -Dmaven.test.skip=true -pl "$(IFS=, && echo "$*")" -am package)
      return
    fi
  done
}

# Starts the cluster with the given options of `ottla up`; leaves its directory in $data and its start-up time in $start_seconds.
start_cluster() {
  mkdir -p "$parent"
  data=$(mktemp -d "$parent/bench-XXXXXX")
  trap stop_cluster EXIT
  "$root/ottla" up --data-dir "$data" --base-port "$base_port" "$@" | tee "$data/up.txt" >&2
  start_seconds=$(sed -n 's/.*serve, after \([0-9.]*\) s.*/\1/p' "$data/up.txt")
}

# After a failure the stopped cluster's directory stays, with its logs.
stop_cluster() {
  local status=$?
  if [ $status -eq 0 ]; then
    "$root/ottla" down --wipe --data-dir "$data" >&2 && rm -rf "$data"
  else
    "$root/ottla" down --data-dir "$data" >&2
    echo "failed; logs and data are in $data" >&2
  fi || echo "the cluster in $data may still run" >&2
  exit $status
}

# For measurements that start their processes themselves, and stop them: this is for one that was killed. Data of a failure stay.
clean_up_processes() {
  local status=${1:-$?} pid
  for pid in "$data"/*/pid; do
    pid=$(cat "$pid" 2>/dev/null) || continue
    if [ -r "/proc/$pid/cmdline" ] && tr "\0" " " <"/proc/$pid/cmdline" | grep -qF "$data"; then kill -9 "$pid"; fi
  done
  if [ $status -eq 0 ] && [ -z "${OTTLA_BENCH_KEEP:-}" ]; then rm -rf "$data"; else echo "logs and data are in $data" >&2; fi
  exit $status
}
