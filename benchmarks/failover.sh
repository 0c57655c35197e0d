#!/usr/bin/env bash
# Failover: kills the leader of a partition and the active controller with SIGKILL, ten times each, and prints the gaps clients saw.
#   benchmarks/failover.sh [options of `ottla up`] [-- --kills N --json FILE]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

up=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do up+=("$1") && shift; done
[ $# -eq 0 ] || shift

start_cluster "${up[@]}" # builds what is out of date first
build
"$java" -Xmx256m -XX:+UseSerialGC -jar "$jar" failover --ottla "$root/ottla" --data-dir "$data" "$@"
