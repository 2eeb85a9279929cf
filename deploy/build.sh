#!/usr/bin/env bash
# Installs the packages and builds one preset (default: release). Prints progress.
#   deploy/build.sh [preset] [target ...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true

deploy/install_dependencies.sh
echo "== configuring ($preset)"
mkdir -p "build/$preset"
# What /statusz says was built; an image has no repository and is told.
commit=${PRESENCES_COMMIT:-$(git rev-parse --short=12 HEAD 2>/dev/null || true)}
if ! cmake --preset "$preset" "-DPRESENCES_COMMIT=$commit" >"build/$preset/configure.log" 2>&1; then
  tail -n 40 "build/$preset/configure.log" >&2
  exit 1
fi
echo "== building ($preset); the first time takes some minutes"
# A compiler of gRPC headers takes up to 1 GB: no more jobs than that allows.
jobs=$(nproc)
memory_gb=$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
((memory_gb < jobs)) && jobs=$((memory_gb > 1 ? memory_gb : 1))
# Checkouts in different folders, and images, share what ccache has compiled; it would tell
# languages apart.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1 LANG=C.UTF-8
unset LC_ALL LC_CTYPE LC_MESSAGES
cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
