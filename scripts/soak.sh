#!/usr/bin/env bash
# What "make test" does by the dozen or the hundred, ten times as often: for a night, not for every change.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== payments: provider, consumers or both killed 1,000 times"
MYST_KILLS=1000 go run ./scripts/gotest -count=1 -timeout 2h -run '^TestKilledWhenever$' ./payments

echo "== node: provider, consumer or both killed 200 times, from the request to the clearing"
MYST_KILLS=200 go run ./scripts/gotest -count=1 -timeout 1h -run '^TestKilledFromRequestToClearing$' ./node

echo "== chain: the outbox killed 500 times"
MYST_KILLS=500 go run ./scripts/gotest -count=1 -timeout 1h -run '^TestOutboxKilledWhenever$' ./chain

echo "== contracts: fuzz and invariant tests"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
(cd contracts && node build.mjs && FOUNDRY_PROFILE=soak node forge.mjs test --offline --use ./solc-wrapper) | tee "$log"
scripts/invariants.sh "$log" 2560 327680

echo "== the real programs, killed at random moments, twenty times each"
MYST_E2E_ROUNDS=20 go run ./scripts/gotest -count=1 -tags e2e -timeout 120m -parallel 8 -run TestKilledAtRandomMoments ./e2e
