#!/usr/bin/env bash
# Lints the contracts, proves what holds for every step of a channel, and tests them with forge (unit, fuzz and
# invariant tests).
set -euo pipefail
cd "$(dirname "$0")/../contracts"

npm run --silent lint
node prove.mjs
log=$(mktemp)
trap 'rm -f "$log"' EXIT
npm run --silent test | tee "$log"

plain=$(sed 's/\x1b\[[0-9;]*m//g' "$log")

# forge's last line: Ran 3 test suites in 2.1s (…): 61 tests passed, 0 failed, 0 skipped (61 total tests)
read -r passed failed skipped < <(
  sed -nE 's/^Ran [0-9]+ test suites? .*: ([0-9]+) tests? passed, ([0-9]+) failed, ([0-9]+) skipped.*/\1 \2 \3/p' <<<"$plain" | tail -n 1)
[ "${passed:-0}" -gt 0 ] || { echo "forge ran no test" >&2; exit 1; }
[ -z "${TEST_COUNTS:-}" ] || echo "$passed $((failed + skipped))" >>"$TEST_COUNTS"
[ $((failed + skipped)) = 0 ]

../scripts/invariants.sh "$log" 256 32768
