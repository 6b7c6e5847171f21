#!/usr/bin/env bash
# Runs the tests under the race detector: all packages of the product but those that do nothing at once, the
# programs under cmd, whose tests run them as processes, and devnet, which only puts together what is raced.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
export MYST_KILLS=10 # "make unit" kills 50 times; here it is about what runs at once, and so -short takes fewer rounds

module=$(go list -m)
mapfile -t packages < <(
  go list ./... | grep -vE "^$module(/scripts/.*|/bench/.*|/cmd/.*|/devnet|/contracts|/money|/intent)?$"
)
[ ${#packages[@]} -gt 10 ] || { echo "go list names too few packages" >&2; exit 1; }
go run ./scripts/gotest -race -short -shuffle=on -timeout 25m "${packages[@]}"
