#!/usr/bin/env bash
# Checks our protos with buf: lint, format, and no break of the newest release (tag v*).
# Works on a copy that has google/api and google/rpc beside our files, so it needs no network.
# GOOGLEAPIS_ROOT: root of the googleapis protos.
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
buf=$repo/tests/node_modules/.bin/buf
googleapis=${GOOGLEAPIS_ROOT:-/usr/share/gocode/src/github.com/gogo/googleapis}

fail() { echo "buf_test: $*" >&2; exit 1; }
[[ -x $buf ]] || fail "no $buf: run 'npm ci' in tests/"
[[ -f $googleapis/google/api/http.proto ]] || fail "no googleapis at '$googleapis'"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Makes folder $1 a module: buf.yaml and protos from $2, and what they import.
make_module() {
  mkdir -p "$1/google"
  cp -r "$2/buf.yaml" "$2/presences" "$1/"
  for package in api rpc; do
    mkdir "$1/google/$package"
    cp "$googleapis/google/$package/"*.proto "$1/google/$package/"
  done
}

make_module "$work/now" "$repo/proto"
cd "$work/now"
"$buf" lint || fail "lint"
"$buf" format --diff --exit-code --exclude-path google || fail "run 'buf format -w' in proto/"

release=$(git -C "$repo" tag --list 'v*' --sort=-version:refname | head -n 1)
if [[ -z $release ]]; then
  echo "buf_test: lint and format are clean; no release to compare with"
  exit 0
fi
mkdir "$work/tree"
git -C "$repo" archive "$release" proto | tar -x -C "$work/tree"
make_module "$work/released" "$work/tree/proto"
"$buf" breaking --against "$work/released" || fail "breaks clients of $release"
echo "buf_test: lint and format are clean; nothing breaks clients of $release"
