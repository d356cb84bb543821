#!/usr/bin/env bash
# Kills a sweep a hundred times at random moments (SIGKILL), then lets it end: the report must be that of a sweep that was
# never stopped, byte for byte but for its times. Then the same for shards, for merge and for report.
# Usage: Scripts/hundred-kills.sh [PROGRAM [KILLS [SEED]]]; ten minutes on two cores with the defaults.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/.build/release/se-eval}")
kills=${2:-100}
RANDOM=${3:-13}
work=$(mktemp -d /tmp/hundred-kills.XXXXXX)
cd "$work"
cat >small.yaml <<END
name: small
seed: 7
models:
  - {name: demo, path: $root/Datasets/demo/model, context: 256}
methods: [plain, "self-extend:G=8,W=64"]
tasks:
  - pg19: {path: $root/Datasets/demo/stories, lengths: [256, 1024], stride: 64, windows: 2}
  - passkey: {lengths: [512, 2048], depths: 5, trials: 10}
END

done_count=0
# Starts a command, kills it after up to LIMIT hundredths of a second, and counts.
killed() {
  local limit=$1
  shift
  "$@" >/dev/null 2>&1 &
  local pid=$!
  sleep "$(printf '0.%02d' $((RANDOM % limit)))"
  if kill -KILL "$pid" 2>/dev/null; then done_count=$((done_count + 1)); fi
  wait "$pid" 2>/dev/null || true
}
same() {
  diff -r -x 'timing.*' "$1" "$2" >/dev/null || { echo "hundred-kills: $2 differs from $1 (in $work)"; exit 1; }
}

"$program" sweep small.yaml --db calm.sqlite --report calm --progress none --quiet >/dev/null
sweep=("$program" sweep small.yaml --progress none --quiet)

for _ in $(seq "$kills"); do killed 90 "${sweep[@]}" --db killed.sqlite --report killed; done
"${sweep[@]}" --db killed.sqlite --report killed >/dev/null
same calm killed
echo "sweep: $done_count kills, the same report"

done_count=0
for _ in $(seq $((kills / 4))); do
  for shard in 1 2 3; do killed 60 "${sweep[@]}" --shard "$shard/3" --db "shards/$shard.sqlite"; done
  [ -e shards/1.sqlite ] && killed 30 "$program" merge shards --into joined.sqlite
done
for shard in 1 2 3; do "${sweep[@]}" --shard "$shard/3" --db "shards/$shard.sqlite" >/dev/null; done
for _ in $(seq $((kills / 4))); do killed 20 "$program" merge shards --into joined.sqlite; done
"$program" merge shards --into joined.sqlite --strict --quiet >/dev/null
for _ in $(seq $((kills / 4))); do killed 60 "$program" report joined.sqlite --out joined; done
"$program" report joined.sqlite --out joined >/dev/null
same calm joined
echo "shards, merge and report: $done_count kills, the same report"

done_count=0
for _ in $(seq $((kills / 4))); do killed 60 "$program" rescore killed.sqlite; done
"$program" rescore killed.sqlite >/dev/null
"$program" report killed.sqlite --out rescored >/dev/null
same calm rescored
echo "rescore: $done_count kills, the same report"
"$program" doctor calm.sqlite killed.sqlite joined.sqlite shards
rm -rf "$work"
