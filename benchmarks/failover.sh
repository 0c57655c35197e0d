#!/usr/bin/env bash
# Failover: the active controller gets SIGKILL, SIGSTOP and SIGTERM under topic creations, the leader of a partition SIGKILL and SIGTERM under produce,
# fifty times each (about forty minutes), after a hundred creations on each broker. Prints the gaps clients saw, and fails if anything they were told is not true.
#   benchmarks/failover.sh [options of `ottla up`] [-- --kills N --kinds CONTROLLER_KILL,LEADER_TERM --json FILE]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

up=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do up+=("$1") && shift; done
[ $# -eq 0 ] || shift

start_cluster "${up[@]}" # builds what is out of date first
build benchmarks
"$java" -Xmx256m -XX:+UseSerialGC -jar "$jar" failover --ottla "$root/ottla" --data-dir "$data" "$@"
