#!/usr/bin/env bash
# Load: one-record and 100-record produce at 1, 16 and 64 connections, then a drain, on a fresh local cluster of 3 + 3 nodes.
#   benchmarks/run.sh [options of `ottla up`] [-- options of the load generator]
#   benchmarks/run.sh --set durability=os -- --seconds 30 --json figures.json
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

up=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do up+=("$1") && shift; done
[ $# -eq 0 ] || shift

start_cluster "${up[@]}" # builds what is out of date first
build benchmarks
"$root/ottla" status --json --data-dir "$data" >"$data/status.json"
"$java" -Xmx512m -XX:+UseSerialGC -jar "$jar" load --status "$data/status.json" \
  --note "start of the cluster=$start_seconds s" --note "options=${up[*]:-none}" "$@"
