#!/usr/bin/env bash
# Runs every fuzz target of the tree for FUZZTIME (default 5s). Targets are found by listing them, so that
# a new decoder's target needs no entry anywhere.
set -euo pipefail
cd "$(dirname "$0")/.."
fuzztime=${FUZZTIME:-5s}

passed=0 failed=0
while read -r dir; do
  while read -r target; do
    started=$SECONDS
    if output=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" "./$dir" 2>&1); then
      passed=$((passed + 1))
      printf 'ok    %-50s %s\n' "$dir.$target" "$(grep -oE 'execs: [0-9]+' <<<"$output" | tail -n 1) in $((SECONDS - started)) s"
    else
      failed=$((failed + 1))
      printf 'FAIL  %s\n%s\n' "$dir.$target" "$output"
    fi
  done < <(grep -hoE '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //' | sort -u)
done < <(git ls-files -co --exclude-standard '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u)

echo "$passed fuzz targets passed, $failed failed"
[ -z "${TEST_COUNTS:-}" ] || echo "$passed $failed" >>"$TEST_COUNTS"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
