#!/usr/bin/env bash
# Everything that Scripts/device-check.sh needs, in one folder for a machine that has a graphics card and nothing else:
# the program with its shared libraries, the scripts, the demo's model and texts.
#
# usage: Scripts/device-pack.sh FOLDER          then there: Scripts/device-check.sh
#
# SE_EVAL names the program (default .build/release/se-eval). Models are put into the folder by hand, and named by the
# variables that device-check.sh tells. The machine needs bash, python3 and the card's driver, and a glibc that is not
# older than this one's.
set -euo pipefail
out=$(realpath -m "${1:?usage: Scripts/device-pack.sh FOLDER}")
cd "$(dirname "$0")/.."
program=${SE_EVAL:-.build/release/se-eval}
mkdir -p "$out/bin" "$out/lib" "$out/Scripts" "$out/Configs" "$out/Datasets"
cp "$program" "$out/bin/se-eval"
# What every glibc brings is the machine's own; of the rest the check takes what is missing there. A static program has none.
{ ldd "$program" || true; } | awk '$2 == "=>" && $3 ~ /^\// {print $1, $3}' | while read -r name path; do
  case $name in
  libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | ld-linux*) ;;
  *) cp -L "$path" "$out/lib/$name" ;;
  esac
done
cp Scripts/device-check.sh Scripts/compare_samples.py Scripts/bench_torch_shape.py "$out/Scripts/"
cp Configs/demo.yaml Configs/demo-gate.yaml "$out/Configs/"
cp -RL Datasets/demo "$out/Datasets/"
echo "$out: $(du -shL "$out" | cut -f1) with the libraries of $(basename "$program")"
