#!/usr/bin/env bash
# Everything that must hold, step by step. All steps run even when one fails, so that a reader sees every
# problem of a change at once. At the end stands which Go tests failed, and the last line counts Go tests, contract
# tests, fuzz targets, and the steps that are one check each.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ip, nft and openvpn; su does not look there

before=$(git status --porcelain)
# What the tests leave behind shows in here, and their processes carry the name in their environment.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/myst-test.XXXXXX")
counts=$(mktemp)
failures=$(mktemp)
trap 'rm -rf "$scratch" "$counts" "$failures"' EXIT

broken=()
step() { # name, command…
  local name=$1 started=$SECONDS lines_before lines_after result=ok
  shift
  printf '\n== %s\n' "$name"
  lines_before=$(wc -l <"$counts")
  TMPDIR=$scratch TEST_COUNTS=$counts TEST_FAILURES=$failures "$@" || result=FAILED
  lines_after=$(wc -l <"$counts")
  if [ "$result" != ok ]; then
    broken+=("$name")
    [ "$lines_before" != "$lines_after" ] || echo "0 1" >>"$counts"
  elif [ "$lines_before" = "$lines_after" ]; then
    echo "1 0" >>"$counts"
  fi
  printf '== %s: %s in %d s\n' "$name" "$result" $((SECONDS - started))
}

# Prints the processes that the steps started and that still run. (A process's environment is that of its
# start, so this script and its own commands are not among them.)
processes_left() {
  local TMPDIR=/tmp process
  for process in /proc/[0-9]*; do
    if tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qxF "TMPDIR=$scratch"; then
      echo "${process#/proc/}: $(tr '\0' ' ' 2>/dev/null <"$process/cmdline")"
    fi
  done
}

leftovers() {
  local bad=0 wait
  for wait in 1 1 1 1 1 0; do # a process may be about to end
    [ -n "$(processes_left)" ] || break
    sleep "$wait"
  done
  if [ -n "$(processes_left)" ]; then
    echo "processes left behind:"
    processes_left
    bad=1
  fi
  if [ -n "$(ls -A "$scratch")" ]; then
    echo "temporary files left behind:"
    ls -A "$scratch"
    bad=1
  fi
  if [ "$(git status --porcelain)" != "$before" ]; then
    echo "the tests changed the tree:"
    git status --short
    bad=1
  fi
  return $bad
}

step "set up" scripts/setup.sh
step "check" make --no-print-directory check
step "tests" make --no-print-directory unit
step "between hosts" make --no-print-directory e2e
step "three chains" make --no-print-directory chains
step "interoperability" make --no-print-directory interop
step "race detector" make --no-print-directory race
step "contracts" make --no-print-directory contracts
step "fuzzing" make --no-print-directory fuzz
step "two demos at once" make --no-print-directory demo-twice
step "nothing left behind" leftovers

if [ -s "$failures" ]; then
  printf '\n== what failed\n'
  cat "$failures"
fi
total=$(awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed", passed, failed }' "$counts")
printf '\n%d s' "$SECONDS"
[ ${#broken[@]} = 0 ] || printf '; broken: %s' "${broken[*]}"
printf '\n%s\n' "$total"
[ ${#broken[@]} = 0 ]
