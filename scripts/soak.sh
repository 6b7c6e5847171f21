#!/usr/bin/env bash
# What "make test" does by the dozen or the hundred, ten times as often: for a night, not for every change.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== payments: provider, consumers or both killed 1,000 times"
MYST_KILLS=1000 go run ./scripts/gotest -count=1 -timeout 2h -run '^TestKilledWhenever$' ./payments
