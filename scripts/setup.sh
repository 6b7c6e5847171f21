#!/usr/bin/env bash
# Installs what "make test" and "make check" need beyond Go and make: system packages by apt when run as
# root, npm packages by their lock files. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ip, nft and openvpn; su does not look there

missing=()
need() { # command, Debian package
  command -v "$1" >/dev/null || missing+=("$2")
}
need git git
need protoc protobuf-compiler
need shellcheck shellcheck
need node nodejs
need npm npm
need gcc gcc
need jq jq
need z3 z3
need ip iproute2
[ "$(uname)" != Linux ] || need openvpn openvpn
[ "$(uname)" != Linux ] || need nft nftables
[ "$(uname)" != Linux ] || need strace strace
[ "$(uname)" != Linux ] || need curl curl
[ -e /usr/include/stdlib.h ] || [ "$(uname)" != Linux ] || missing+=(libc6-dev)

if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "please install: ${missing[*]} (Debian's names; as root, this script does it)" >&2
    exit 1
  fi
  echo "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# npm ci is slow, so it runs only when a lock file is newer than what it installed.
for folder in contracts e2e/bill e2e/chains; do
  if [ ! -e $folder/node_modules/.package-lock.json ] ||
    [ $folder/package-lock.json -nt $folder/node_modules/.package-lock.json ]; then
    echo "installing npm packages in $folder/"
    npm ci --prefix $folder --no-audit --no-fund --loglevel=error
  fi
done
