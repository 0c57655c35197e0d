#!/usr/bin/env bash
# Scale: three real controllers with the metadata of 1,000 topics of 100 partitions, on brokers that only heartbeat. Prints what creation,
# failover, snapshots, a broker's start and the loss of a broker cost, and the memory it takes.
#   benchmarks/scale.sh [options of the measurement]
#   benchmarks/scale.sh --topics 100 --kills 3 --json figures.json
#   OTTLA_BENCH_KEEP=1   keep the data and logs, not only after a failure
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build benchmarks controller-service broker-service
mkdir -p "$parent"
data=$(mktemp -d "$parent/scale-XXXXXX")
trap clean_up_processes EXIT
"$java" -Xmx1g -XX:+UseSerialGC -jar "$jar" scale --root "$root" --data-dir "$data" --base-port "$base_port" "$@"
