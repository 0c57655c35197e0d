#!/usr/bin/env bash
# Campaign: three controllers and three brokers of their own under load and under every fault there is; a checker then judges the history.
#   benchmarks/campaign.sh --seed 7 --minutes 10 [--faults KILL,STOP,CUT] [--combined]
#   benchmarks/campaign.sh --mode ROLLING --rounds 2      each node after the other is restarted; no request may fail
#   benchmarks/campaign.sh --small-disks                  each node on a small file system of its own, which gets really full; needs root
#   OTTLA_BENCH_KEEP=1   keep data, logs and history, not only after a failure
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build benchmarks controller-service broker-service standalone
mkdir -p "$parent"
data=$(mktemp -d "$parent/campaign-XXXXXX")
clean_up() {
  local status=$? disk
  for disk in "$data"/*/disk.img; do
    [ -f "$disk" ] || continue
    umount -l "$(dirname "$disk")/data" || true # the file system itself stays in the image
  done
  clean_up_processes $status
}
trap clean_up EXIT

case " $* " in *" --small-disks "*)
  for id in 1 2 3 101 102 103; do
    mkdir -p "$data/node-$id/data"
    truncate -s 512M "$data/node-$id/disk.img"
    mkfs.ext4 -q -F -m 0 "$data/node-$id/disk.img"
    mount -o loop "$data/node-$id/disk.img" "$data/node-$id/data"
  done ;;
esac
judge=(--self-test)
case " $* " in *" ROLLING "*) judge+=(--no-failures) ;; esac
"$java" -Xmx512m -XX:+UseSerialGC -jar "$jar" campaign --root "$root" --data-dir "$data" --base-port "$base_port" "$@"
"$java" -Xmx2g -XX:+UseSerialGC -jar "$jar" check "$data/history.jsonl" --json "$data/verdict.json" "${judge[@]}"
