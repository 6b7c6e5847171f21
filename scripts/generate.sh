#!/usr/bin/env bash
# Writes the generated code: the protocol buffers of internal/pb, the contracts' artifacts and bindings.
# With --check it writes to a copy, and fails when what is checked in differs from it.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/bin:$PATH"

where=.
if [ "${1:-}" = --check ]; then
  where=$(mktemp -d)
  trap 'rm -rf "$where"' EXIT
  git ls-files -z --cached --others --exclude-standard -- internal/pb contracts |
    tar --null --files-from=- --ignore-failed-read -cf - 2>/dev/null | tar -xf - -C "$where"
  ln -s "$PWD/contracts/node_modules" "$where/contracts/node_modules"
  rm -f "$where"/internal/pb/*.pb.go
fi

(cd "$where" && protoc --go_out=. --go_opt=paths=source_relative internal/pb/*.proto)
npm run --silent generate --prefix "$where/contracts"

if [ "$where" != . ]; then
  # The compiler's version stands in a comment; a newer protoc of the same output is no difference.
  stale=0
  diff -rq -I '^//.*protoc  *v' internal/pb "$where/internal/pb" || stale=1
  diff -rq contracts/artifacts "$where/contracts/artifacts" || stale=1
  for binding in "$where"/contracts/*.go; do
    diff -q "contracts/$(basename "$binding")" "$binding" || stale=1
  done
  if [ $stale = 1 ]; then
    echo "generated code is stale: run make generate" >&2
    exit 1
  fi
fi
