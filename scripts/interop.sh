#!/usr/bin/env bash
# Holds signatures and key files against npm's ethers. "make setup" installs it.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -e e2e/bill/node_modules/.package-lock.json ]; then
  scripts/setup.sh
fi
# A cached result would not know of another ethers, nor of changes in the program, which the test builds.
go run ./scripts/gotest -count=1 -tags e2e -timeout 15m ./e2e/ethers
