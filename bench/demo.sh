#!/usr/bin/env bash
# Times what a newcomer waits for: from a clone with an empty build cache to a finished demo, and the demo
# once it is built. Modules are downloaded beforehand, because that time is the network's.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
go mod download

now() { date +%s.%N; }
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f s\n", b - a }'; }

started=$(now)
GOCACHE=$cache make --no-print-directory demo
cold=$(seconds "$started" "$(now)")
for run in 1 2 3; do
  started=$(now)
  bin/mystdev demo >/dev/null
  warm[run]=$(seconds "$started" "$(now)")
done

printf '\n%s, %s cores, %s\n' "$(uname -sm)" "$(nproc)" "$(go env GOVERSION)"
printf 'empty build cache to a finished demo  %s\n' "$cold"
printf 'warm demo, three runs                 %s\n' "$(printf '%s, ' "${warm[@]}" | sed 's/, $//')"
