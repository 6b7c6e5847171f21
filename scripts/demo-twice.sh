#!/usr/bin/env bash
# Runs two demos at once, as two developers on one machine would, and checks the bill of each.
set -euo pipefail
cd "$(dirname "$0")/.."

go build -trimpath -o bin/mystdev ./cmd/mystdev
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

runs=()
for i in 1 2; do
  bin/mystdev demo --json >"$dir/$i.json" 2>"$dir/$i.log" &
  runs+=($!)
done
failed=0
for i in 1 2; do
  if ! wait "${runs[i - 1]}"; then
    failed=1
    echo "demo $i failed:"
    tail -n 40 "$dir/$i.log"
  fi
done
[ $failed = 0 ]
tail -n +1 "$dir/1.log"

for i in 1 2; do
  jq -e '
    if .driver == "wireguard"
      and .direct_address == "127.0.0.1" and .exit_address == "127.0.0.2"
      and .bytes_fetched == 67108864 and .promises >= 6 and .network_fee > 0
      and .consumer_spent == .provider_received + .network_fee
      and (.clearing_tx | test("^0x[0-9a-f]{64}$")) and (.rpc_url | test("^http://127\\.0\\.0\\.1:"))
      and ([.contracts[]] | length == 3 and all(test("^0x[0-9a-fA-F]{40}$")))
      and (.steps | length >= 12 and all(.name != "" and .ms >= 0))
    then "demo: \(.promises) promises; spent \(.consumer_spent) = received \(.provider_received) + fee \(.network_fee) units"
    else "unexpected: \(.)" | halt_error
    end' -r "$dir/$i.json"
done
[ "$(jq -r .rpc_url "$dir/1.json")" != "$(jq -r .rpc_url "$dir/2.json")" ]
