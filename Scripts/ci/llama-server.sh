#!/usr/bin/env bash
# The engine beside a real llama-server, where a build of it is here. llama.cpp takes 10 to 30 CPU minutes: a clean clone
# skips this with a line; LLAMA_BUILD_MINUTES=N builds for at most N minutes, and the next run goes on where that ended.
# usage: llama-server.sh     LLAMA_BIN=FOLDER  LLAMA_BUILD_MINUTES=N  and what Scripts/try-llama-server.sh takes
set -euo pipefail
cd "$(dirname "$0")/../.."

is_built() { [ -x "$1/llama-server" ] && [ -x "$1/llama-quantize" ]; }
skip() {
  echo "llama-server: skipped, $1" >&2
  exit 0
}

if ! is_built "${LLAMA_BIN:-.build/llama-server/build/bin}" && ! is_built .build/peers/build/bin; then
  [ -n "${LLAMA_BUILD_MINUTES:-}" ] ||
    skip "no build of it is here (.build/llama-server, .build/peers or LLAMA_BIN); LLAMA_BUILD_MINUTES=30 builds it"
  timeout "${LLAMA_BUILD_MINUTES}m" Scripts/try-llama-server.sh build ||
    skip "it was not built within $LLAMA_BUILD_MINUTES minutes; the next run goes on with the build"
fi
QUICK=${QUICK-1} THREADS=${THREADS:-2} TYPES=${TYPES:-Q8_0} Scripts/try-llama-server.sh
