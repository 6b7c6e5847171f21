#!/usr/bin/env bash
# Fails unless every invariant in a log of forge's took so many runs with so many calls in all:
#
#   scripts/invariants.sh log runs calls
#
# An invariant that forge gave up early, or that a setting of its own cut short, passes as well. A line:
# [PASS] invariant_allFive() (runs: 256, calls: 32768, reverts: 9575)
set -euo pipefail

invariants=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -F '] invariant_') || { echo "forge ran no invariant" >&2; exit 1; }
if grep -vF "(runs: $2, calls: $3," <<<"$invariants" >&2; then
  echo "these invariants did not take $2 runs with $3 calls in all" >&2
  exit 1
fi
