#!/usr/bin/env bash
# From nothing to a presence that is written and watched, on Debian 12 (root or sudo).
#   deploy/quickstart.sh           installs, builds, starts `presenced --dev`, shows one presence
#                                  arriving in a watch, and leaves the server in the foreground
#   deploy/quickstart.sh --check   runs that once on free ports with data of its own; exit code 0
#                                  only if the watched event, the list and a restart all agreed
set -euo pipefail
cd "$(dirname "$0")/.."

check=false
case ${1:-} in
  --check) check=true ;;
  "") ;;
  *)
    echo "quickstart: unknown option '$1'; there is --check" >&2
    exit 2
    ;;
esac

deploy/build.sh release presenced presencectl
bin=$PWD/build/release/bin

work=$(mktemp -d)
server_pid=
cleanup() {
  if [[ -n $server_pid ]]; then
    kill -TERM "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "quickstart: $*" >&2
  sed 's/^/  server: /' "$work/server.log" >&2 || true
  exit 1
}

# Runs a command until it succeeds; gives up after 15 seconds.
eventually() {
  local i
  for ((i = 0; i < 300; i++)); do
    if "$@"; then return 0; fi
    read -r -t 0.05 <> <(:) || true
  done
  return 1
}

if $check; then
  data=$work/data
  listen=(--grpc_address=127.0.0.1:0 --http_address=127.0.0.1:0 --metrics_address=127.0.0.1:0)
else
  data=./presences-data
  listen=()
fi

is_ready() { [[ -s $work/ready ]] || ! kill -0 "$server_pid" 2>/dev/null; }
start_server() {
  : >"$work/ready"
  "$bin/presenced" --dev --data_dir="$data" "${listen[@]}" >"$work/ready" 2>"$work/server.log" &
  server_pid=$!
  eventually is_ready || fail "the server did not become ready"
  [[ -s $work/ready ]] || fail "the server ended at once"
  PRESENCES_ENDPOINT=$(sed -n 's/.*"grpc":"\([^"]*\)".*/\1/p' "$work/ready")
  export PRESENCES_ENDPOINT
}
stop_server() {
  kill "-$1" "$server_pid"
  wait "$server_pid" 2>/dev/null || true
  server_pid=
}

echo "== starting presenced --dev"
start_server
export PRESENCES_PROJECT=demo
PRESENCES_KEY=$(cat "$data/dev-api-key")
export PRESENCES_KEY

echo "== watching, then writing"
"$bin/presencectl" watch --output=json >"$work/watch" 2>"$work/watch.err" &
watch_pid=$!
is_current() { grep -q '"event":"current"' "$work/watch"; }
eventually is_current || fail "the watch did not start: $(cat "$work/watch.err")"
"$bin/presencectl" upsert quickstart --user=ada --status=online --ttl=1h \
  --metadata='{"page":"/welcome"}' --permission='read("any")' --output=json >"$work/upsert"
has_arrived() { grep -q '"quickstart"' "$work/watch"; }
eventually has_arrived || fail "the written presence did not arrive in the watch"
kill "$watch_pid" 2>/dev/null || true
wait "$watch_pid" 2>/dev/null || true
echo "   the watch saw:"
grep '"quickstart"' "$work/watch" | sed 's/^/   /'

has_listed() { "$bin/presencectl" list --output=json | grep -q '"quickstart"'; }
has_listed || fail "the list does not show the presence"
echo "== who is here right now:"
"$bin/presencectl" list --output=table

if $check; then
  echo "== killing the server and starting it again"
  stop_server KILL
  start_server
  has_listed || fail "the presence was lost by a crash"
  "$bin/presencectl" delete quickstart
  if has_listed; then fail "the deleted presence is still listed"; fi
  stop_server TERM
  echo "quickstart: ok: watched, listed, and still there after a crash"
  exit 0
fi

cat "$work/server.log"
echo "== the server runs in the foreground; Ctrl-C stops it"
wait "$server_pid"
