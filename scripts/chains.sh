#!/usr/bin/env bash
# Follows the registry of the test chain, of geth --dev and of anvil. "make chains" builds geth first.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "tests on several chains need Linux on x86-64, for which there is an anvil" >&2
  exit 1
fi
if [ ! -e e2e/chains/node_modules/.package-lock.json ]; then
  scripts/setup.sh
fi
# A cached result would not know of another geth or anvil.
go run ./scripts/gotest -count=1 -tags e2e -timeout 15m ./e2e/chains
