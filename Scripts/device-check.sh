#!/usr/bin/env bash
# What must hold on a real graphics card, in one run of under ten minutes: the prepared test of `--device opencl`.
#
# usage: Scripts/device-check.sh [OUT]          results go to OUT (default device-check)
#
# From a machine with a toolchain to one without: Scripts/device-pack.sh FOLDER carries the program with its libraries
# and all that this script reads; or build it with --static-swift-stdlib.
#
# Variables, all optional:
#   SE_EVAL          the program (default bin/se-eval of device-pack.sh, else .build/release/se-eval)
#   DEVICE           the device (default opencl:0)
#   CONFIG           the sweep (default Configs/demo.yaml; Configs/demo-gate.yaml is a twentieth of it)
#   BUDGET           seconds after which nothing more begins (default 540)
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
# Without a graphics card the same runs on PoCL: CONFIG=Configs/demo-gate.yaml BUDGET=3600 Scripts/device-check.sh.
#
# Expected, with the seconds in place of N:
#   check bits: ok (N s)                 two chunkings, equal bytes of all logits
#   check bits-float16: ok (N s)         the same under --compute float16
#   check agreement: ok (N s)            logits of device and processor differ by at most 5e-4; agreement.txt has the number
#   check plan: ok (N s)                 what the sweep needs of the device's memory and time, in plan.txt
#   check sweep: ok (N s)                demo/report.md names the device in its table of the run
#   check processor: ok (N s)            the same sweep on the processor
#   check named: ok (N s)
#   check equal: ok (N s)                every sample has the processor's text, every score but a ten-thousandth of it
#   bench ...                            tables to read beside the device's measured peak in them
#   all checks that ran are ok
# Status 0 where every check that ran was ok, 1 otherwise.
set -uo pipefail
cd "$(dirname "$0")/.."

carried=bin/se-eval
[ -x "$carried" ] || carried=.build/release/se-eval
program=${SE_EVAL:-$carried}
device=${DEVICE:-opencl:0}
[ "$device" = opencl ] && device=opencl:0
config=${CONFIG:-Configs/demo.yaml}
budget=${BUDGET:-540}
out=${1:-device-check}
failed=0
mkdir -p "$out"
exec > >(tee "$out/log.txt") 2>&1

# Of the carried libraries those that are not here: others would come between a driver and its own.
mkdir -p "$out/lib"
for name in $(ldd "$program" | awk '/not found/ {print $1}'); do
  [ -f "lib/$name" ] && cp "lib/$name" "$out/lib/"
done
for turn in 1 2; do # what these need in turn
  for name in $(LD_LIBRARY_PATH="$out/lib" ldd "$program" "$out"/lib/* 2>/dev/null | awk '/not found/ {print $1}' | sort -u); do
    [ -f "lib/$name" ] && cp -n "lib/$name" "$out/lib/"
  done
done
export LD_LIBRARY_PATH="$out/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

check() { # NAME COMMAND...
  local name=$1 begin=$SECONDS
  shift
  if [ $SECONDS -ge "$budget" ]; then
    echo "check $name: left out, $budget seconds are over"
    return 1
  fi
  if "$@" >"$out/$name.txt" 2>&1; then
    echo "check $name: ok ($((SECONDS - begin)) s)"
  else
    echo "check $name: FAILED, status $? ($((SECONDS - begin)) s); the end of $out/$name.txt:"
    failed=1
    tail -5 "$out/$name.txt"
    return 1
  fi
}
# The program, which is stopped (status 124) a minute after the budget.
run() { timeout $((budget + 60 > SECONDS ? budget + 60 - SECONDS : 1)) "$program" "$@"; }
bench() { # NAME MODEL ARGUMENTS...
  local name=$1 model=$2
  shift 2
  if [ -z "$model" ]; then
    echo "bench $name: left out, no model was named"
    return
  fi
  check "$name" run bench --model "$model" --device "$device" --kv float16 --repeat 2 --peak "$@" &&
    cat "$out/$name.txt"
}
# Two runs of the program give the same bytes.
same_bits() { # MODEL COMPUTE
  for run in a b; do
    run logits --model "$1" --tokens "$out/ids.json" --device "$device" --compute "$2" --method self-extend:G=8,W=64 \
      --chunk "$([ $run = a ] && echo 512 || echo 37)" --output "$out/$run.safetensors" || return 1
  done
  cmp "$out/a.safetensors" "$out/b.safetensors"
}
# The largest difference between the device's and the processor's logits is within the tolerance.
agrees() {
  run logits --model "$1" --tokens "$out/ids.json" --method self-extend:G=8,W=64 --output "$out/cpu.json" &&
    run logits --model "$1" --tokens "$out/ids.json" --method self-extend:G=8,W=64 --device "$device" \
      --output "$out/device.json" &&
    python3 - "$out/cpu.json" "$out/device.json" <<'PYTHON'
import json, sys
a, b = (json.load(open(path))["logits"] for path in sys.argv[1:])
worst = max(abs(x - y) for r, s in zip(a, b) for x, y in zip(r, s))
print("largest difference", worst)
sys.exit(not worst <= 5e-4)
PYTHON
}
swept() { # NAME ARGUMENTS...: the sweep with its samples in NAME.jsonl
  local name=$1
  shift
  run sweep "$config" --db "$out/$name.sqlite" --report "$out/$name" --progress plain "$@" &&
    run export "$out/$name.sqlite" --format jsonl --out "$out/$name.jsonl"
}

echo "program: $("$program" --version)"
"$program" devices || exit 1
"$program" devices --json >"$out/devices.json"
python3 -c 'import json; print(json.dumps([(i * 37 + 11) % 90 for i in range(1100)]))' >"$out/ids.json"

check bits same_bits Datasets/demo/model float32
check bits-float16 same_bits Datasets/demo/model float16
check agreement agrees Datasets/demo/model
check plan run plan "$config" --device "$device"
check sweep swept demo --device "$device" && check processor swept processor &&
  check named grep -F "| \`engine.device\` | $device " "$out/demo/report.md" &&
  check equal python3 Scripts/compare_samples.py "$out/demo.jsonl" "$out/processor.jsonl"
if [ -n "${GOLDEN:-}" ]; then
  # Commands of such a script know no --device: a wrapper gives it.
  printf '#!/bin/sh\ncommand=$1\nshift\nexec "%s" "$command" --device "%s" "$@"\n' "$(realpath "$program")" "$device" \
    >"$out/program"
  chmod +x "$out/program"
  check golden timeout 400 env SE_EVAL="$out/program" python3 "$GOLDEN"
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
