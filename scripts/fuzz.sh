#!/usr/bin/env bash
# Runs every fuzz target of the tree for FUZZTIME (default 5s). Targets are found by listing them, so that
# a new decoder's target needs no entry anywhere.
set -euo pipefail
cd "$(dirname "$0")/.."
fuzztime=${FUZZTIME:-5s}

# run fuzzes one target. Go's fuzzer sometimes ends with "context deadline exceeded" and nothing else
# when its time is up (go.dev/issue/75804); a finding always names its file. Such a target runs once more.
run() {
  local once=(go test -run '^$' -fuzz "^$2\$" -fuzztime "$fuzztime" "./$1")
  output=$("${once[@]}" 2>&1) && return
  grep -q 'context deadline exceeded' <<<"$output" || return 1
  ! grep -q 'Failing input written' <<<"$output" || return 1
  output=$("${once[@]}" 2>&1)
}

passed=0 failed=0
while read -r dir; do
  while read -r target; do
    started=$SECONDS
    if run "$dir" "$target"; then
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
