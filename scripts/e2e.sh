#!/usr/bin/env bash
# Runs the real programs on hosts of their own. Network namespaces need root on Linux; elsewhere there is nothing to
# run it on, and this says so.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ]; then
  echo "tests between hosts need root on Linux: not run" >&2
  exit 0
fi
go run ./scripts/gotest -tags e2e -timeout 30m ./e2e
