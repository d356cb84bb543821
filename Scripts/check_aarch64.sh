#!/usr/bin/env bash
# Compiles the kernels for 64-bit ARM, runs them under qemu's emulation, and holds every result to the bits of this
# machine's levels. It says nothing of speed, and nothing of a real ARM processor.
set -euo pipefail
cd "$(dirname "$0")/.."
target=aarch64-linux-gnu
if ! command -v qemu-aarch64 >/dev/null || ! command -v $target-gcc >/dev/null; then
  run=""
  [ "$(id -u)" = 0 ] || run=sudo
  $run apt-get update -q
  $run apt-get install -y -q qemu-user gcc-$target libc6-dev-arm64-cross
fi
out=.build/aarch64
rm -rf "$out"
mkdir -p "$out"
sources=$(find Sources/CKernels -name '*.c')
flags="-O2 -std=gnu17 -ISources/CKernels -ISources/CKernels/include"
echo "compiling for this machine and for $target"
# shellcheck disable=SC2086
clang $flags $sources Scripts/kernel_bits.c -lm -lpthread -o "$out/here"
for source in $sources Scripts/kernel_bits.c; do
  object="$out/$(echo "$source" | tr / _).o"
  # shellcheck disable=SC2086
  clang --target=$target --sysroot=/ -isystem /usr/$target/include $flags -c "$source" -o "$object"
done
$target-gcc -static "$out"/*.o -lm -lpthread -o "$out/arm"
echo "NEON multiply-adds in the ARM program: $($target-objdump -d "$out/arm" | grep -c 'fmla.*\.4s')"
"$out/here" 0 1 >"$out/portable.txt"
status=0
compare() {
  if diff -q "$out/portable.txt" "$out/$1.txt" >/dev/null; then
    echo "$1: $(wc -l <"$out/$1.txt") results, all equal to the portable level's"
  else
    echo "$1: $(diff "$out/portable.txt" "$out/$1.txt" | grep -c '^>') of $(wc -l <"$out/$1.txt") results differ" >&2
    diff "$out/portable.txt" "$out/$1.txt" | head -20 >&2 || true
    status=1
  fi
}
for level in 1 2; do
  if "$out/here" $level 2 >"$out/level$level.txt" 2>/dev/null; then compare "level$level"; fi
done
qemu-aarch64 "$out/arm" 0 2 >"$out/arm.txt"
compare arm
exit $status
