#!/usr/bin/env bash
# Installs what building and testing needs, from Debian 12's own packages. Idempotent: does
# nothing when everything is there. Needs root or sudo.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build pkg-config ccache mold git ca-certificates
  protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libprotoc-dev libgrpc++-dev libabsl-dev
  golang-github-gogo-googleapis-dev grpc-proto
  libboost1.81-dev libssl-dev libsimdjson-dev libyaml-cpp-dev libre2-dev libcli11-dev
  prometheus-cpp-dev librocksdb-dev libgtest-dev libgmock-dev libbenchmark-dev
)

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=()
for package in "${build_packages[@]}" "$@"; do
  installed "$package" || missing+=("$package")
done

if ((${#missing[@]} == 0)); then
  echo "== packages: all there"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || {
    echo "install_dependencies: needs root or sudo to install: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
# Tools are wanted, no services: who brings one shall not start it.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
echo "== packages: installing ${#missing[@]}: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq -o Acquire::Retries=3
"${as_root[@]}" apt-get install -y -qq -o Acquire::Retries=3 --no-install-recommends "${missing[@]}" >/dev/null
echo "== packages: done"
