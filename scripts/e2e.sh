#!/usr/bin/env bash
# Runs the real programs on hosts of their own. Network namespaces need root on Linux; a test that cannot run counts as
# a failure, here as everywhere.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ip, nft and openvpn; su does not look there
if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ]; then
  echo "tests between hosts need root on Linux" >&2
  exit 1
fi
# A cached result would not know of changes in the programs, which the tests build and do not import.
go run ./scripts/gotest -count=1 -tags e2e -timeout 30m -parallel 8 ./e2e
