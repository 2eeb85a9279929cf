#!/usr/bin/env bash
# The one test command: installs what is missing, builds, runs everything, says what passed.
#   tests/run.sh                 release build, all tests but benchmarks
#   tests/run.sh asan            the same under AddressSanitizer and UBSanitizer
#   tests/run.sh tsan            base, core, store and hub under ThreadSanitizer
#   tests/run.sh all             the three, one after another
#   tests/run.sh LANE -R regex   further words go to ctest
set -euo pipefail
cd "$(dirname "$0")/.."
lane=${1:-release}
shift || true

deploy/install_dependencies.sh chromium openssl util-linux curl procps prometheus \
  mmdebstrap buildah runc
if ! command -v npm >/dev/null; then deploy/install_dependencies.sh nodejs npm; fi
if ! cmp -s tests/package-lock.json tests/node_modules/.installed-lock; then
  echo "== npm packages of the tests"
  (cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp tests/package-lock.json tests/node_modules/.installed-lock
fi

run_lane() {
  local preset=$1
  shift
  local targets=() labels=()
  if [[ $preset == tsan ]]; then
    targets=(tsan_tests)
    labels=(-L tsan)
  fi
  deploy/build.sh "$preset" "${targets[@]}"
  echo "== testing ($preset)"
  export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp"
  ctest --test-dir "build/$preset" --output-on-failure -LE bench "${labels[@]}" "$@"
}

case $lane in
  all)
    for each in release tsan asan; do run_lane "$each" "$@"; done
    ;;
  release | dev | asan | tsan) run_lane "$lane" "$@" ;;
  *)
    echo "tests/run.sh: no lane '$lane'; there are release, dev, asan, tsan and all" >&2
    exit 2
    ;;
esac
