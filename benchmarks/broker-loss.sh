#!/usr/bin/env bash
# The loss of a broker: 1,000 partitions on three real brokers; one is killed, and the leaders it had are counted until all are back.
#   benchmarks/broker-loss.sh [--partitions 1000] [--kills 3] [--json FILE]
#   OTTLA_BENCH_KEEP=1   keep data and logs, not only after a failure
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build benchmarks controller-service broker-service
mkdir -p "$parent"
data=$(mktemp -d "$parent/loss-XXXXXX")
trap clean_up_processes EXIT
"$java" -Xmx256m -XX:+UseSerialGC -jar "$jar" broker-loss --root "$root" --data-dir "$data" --base-port "$base_port" "$@"
