#!/usr/bin/env bash
# What "make test" does by the dozen or the hundred, ten times as often: for a night, not for every change.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== contracts: fuzz and invariant tests"
(cd contracts && node build.mjs && FOUNDRY_PROFILE=soak node forge.mjs test --offline --use ./solc-wrapper)

echo "== the real programs, killed at random moments, twenty times each"
MYST_E2E_ROUNDS=20 go run ./scripts/gotest -count=1 -tags e2e -timeout 120m -parallel 8 -run TestKilledAtRandomMoments ./e2e
