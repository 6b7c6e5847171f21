#!/usr/bin/env bash
# Runs the tests under the race detector: all packages but those that link the in-process Ethereum node,
# which alone would double the time of a cold run, and those that do nothing at once.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1

module=$(go list -m)
# "go list -test" lists a test program for each package, P.test, with all that it links. Contracts, money and
# intent start no goroutine; scripts and benchmarks are no part of the product.
mapfile -t packages < <(
  go list -test -f '{{.ImportPath}} {{join .Deps " "}} ' ./... | grep '^[^ ]*\.test ' |
    grep -v " $module/chain/dev " | cut -d' ' -f1 | sed 's/\.test$//' |
    grep -vE "^$module(/scripts/.*|/bench/.*|/contracts|/money|/intent)?$" | sort
)
[ ${#packages[@]} -gt 10 ] || { echo "go list names too few packages" >&2; exit 1; }
go run ./scripts/gotest -race -shuffle=on "${packages[@]}"
