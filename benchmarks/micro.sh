#!/usr/bin/env bash
# Micro-benchmarks of hot paths, in one process, with JMH.
#   benchmarks/micro.sh [NAME] [options of JMH; -h lists them, -l lists the benchmarks]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build benchmarks controller-service broker-service
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
"$java" -Djarmode=tools -jar "$jar" extract --destination "$unpacked/app" # JMH starts other JVMs with this one's class path
"$java" -cp "$unpacked/app/$(basename "$jar")" org.openjdk.jmh.Main "$@"
