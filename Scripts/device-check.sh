#!/usr/bin/env bash
# What must hold on a real graphics card, in one run of under ten minutes: the prepared test of `--device opencl`.
#
# usage: Scripts/device-check.sh [OUT]          results go to OUT (default device-check)
#
# Variables, all optional:
#   SE_EVAL          the program (default .build/release/se-eval; for a machine without a toolchain build it with
#                    swift build -c release --product se-eval --static-swift-stdlib and carry it along)
#   DEVICE           the device (default opencl:0)
#   CONFIG           the sweep (default Configs/demo.yaml)
#   GOLDEN           a script that takes the program's name from SE_EVAL and holds logits to references
#   SMOLLM2          SmolLM2-135M: a GGUF file or a folder
#   MIDDLE           a model of about 1.5 B parameters
#   LLAMA_SHAPE      weights in the shape of Llama-2-7B (Scripts/random_llama.py), float16
#   LLAMA_SHAPE_Q8   the same in Q8_0 (--type q8_0)
# What is not given is left out, and said.
#
# GOLDEN starts the program hundreds of times, each of which compiles kernels: on an H100 the 604 cases of the golden set took
# 3.5 minutes with its ten checkpoints side by side.
#
# Expected: every "check" line says ok; "bench" lines are numbers to read beside the device's measured peak in
# them. Status 0 where every check that ran was ok, 1 otherwise.
set -uo pipefail
cd "$(dirname "$0")/.."

program=${SE_EVAL:-.build/release/se-eval}
device=${DEVICE:-opencl:0}
out=${1:-device-check}
failed=0
mkdir -p "$out"
exec > >(tee "$out/log.txt") 2>&1

check() { # NAME COMMAND...
  local name=$1 begin=$SECONDS
  shift
  if "$@" >"$out/$name.txt" 2>&1; then
    echo "check $name: ok ($((SECONDS - begin)) s)"
  else
    failed=1
    echo "check $name: FAILED, status $? ($((SECONDS - begin)) s); the end of $out/$name.txt:"
    tail -5 "$out/$name.txt"
  fi
}
bench() { # NAME MODEL ARGUMENTS...
  local name=$1 model=$2
  shift 2
  if [ -z "$model" ]; then
    echo "bench $name: left out, no model was named"
    return
  fi
  check "$name" "$program" bench --model "$model" --device "$device" --kv float16 --repeat 2 --peak "$@"
  cat "$out/$name.txt"
}
# Two runs of the program give the same bytes.
same_bits() {
  for run in a b; do
    "$program" logits --model "$1" --tokens "$out/ids.json" --device "$device" --method self-extend:G=8,W=64 \
      --chunk "$([ $run = a ] && echo 512 || echo 37)" --output "$out/$run.safetensors" || return 1
  done
  cmp "$out/a.safetensors" "$out/b.safetensors"
}
# The largest difference between the device's and the processor's logits is within the tolerance.
agrees() {
  "$program" logits --model "$1" --tokens "$out/ids.json" --method self-extend:G=8,W=64 --output "$out/cpu.json" &&
    "$program" logits --model "$1" --tokens "$out/ids.json" --method self-extend:G=8,W=64 --device "$device" \
      --output "$out/device.json" &&
    python3 - "$out/cpu.json" "$out/device.json" <<'PYTHON'
import json, sys
a, b = (json.load(open(path))["logits"] for path in sys.argv[1:])
worst = max(abs(x - y) for r, s in zip(a, b) for x, y in zip(r, s))
print("largest difference", worst)
sys.exit(worst > 5e-4)
PYTHON
}

echo "program: $("$program" --version)"
"$program" devices || exit 1
"$program" devices --json >"$out/devices.json"
python3 -c 'import json; print(json.dumps([(i * 37 + 11) % 90 for i in range(1100)]))' >"$out/ids.json"

check bits same_bits Datasets/demo/model
check agreement agrees Datasets/demo/model
check sweep "$program" sweep "${CONFIG:-Configs/demo.yaml}" --device "$device" --db "$out/demo.sqlite" --report "$out/demo"
if [ -n "${GOLDEN:-}" ]; then
  # Commands of such a script know no --device: a wrapper gives it.
  printf '#!/bin/sh\ncommand=$1\nshift\nexec "%s" "$command" --device "%s" "$@"\n' "$(realpath "$program")" "$device" \
    >"$out/program"
  chmod +x "$out/program"
  check golden env SE_EVAL="$out/program" python3 "$GOLDEN"
else
  echo "check golden: left out, GOLDEN names no script"
fi

for compute in float32 float16; do
  for method in plain self-extend:G=8,W=512 yarn:factor=8; do
    bench "smollm2-$compute-${method%%:*}" "${SMOLLM2:-}" --compute $compute --method "$method" --prefill 4096,16384 \
      --decode 32 --depth 0,16384
  done
  bench "middle-$compute" "${MIDDLE:-}" --compute $compute --method self-extend:G=8,W=1024 --prefill 4096,16384 \
    --decode 32 --depth 4096,16384
done
bench llama-float16 "${LLAMA_SHAPE:-}" --compute float16 --method self-extend:G=8,W=1024 --prefill 4096,16384 \
  --decode 16 --depth 4096,16384
bench llama-q8 "${LLAMA_SHAPE_Q8:-}" --compute float16 --method self-extend:G=8,W=1024 --prefill 4096 \
  --decode 16 --depth 4096
bench llama-float32 "${LLAMA_SHAPE:-}" --prefill 4096 --decode 16 --depth 4096

# Beside it PyTorch's attention and products in the same shape and precision, where it is there.
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  python3 Scripts/bench_torch_shape.py | tee "$out/torch.txt"
else
  echo "bench torch: left out, there is no PyTorch with a device"
fi
[ $failed = 0 ] && echo "all checks that ran are ok" || echo "a check FAILED"
exit $failed
