#!/usr/bin/env bash
# Runs the tests under the race detector: all packages but those that link the in-process Ethereum node,
# which alone would double the time of a cold run, and those that start no goroutine of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1

module=$(go list -m)
# A package that links the test chain has chain/dev among its dependencies or its tests' dependencies.
mapfile -t packages < <(
  go list -test -f '{{if and .ForTest (eq .Name "main")}}{{.ForTest}} {{join .Deps " "}}{{end}}' ./... |
    grep -v " $module/chain/dev\( \|$\)" | cut -d' ' -f1 |
    grep -vE "^$module(/scripts/.*|/bench/.*|/contracts|/money|/intent)?$" | sort -u
)
go run ./scripts/gotest -race -shuffle=on "${packages[@]}"
