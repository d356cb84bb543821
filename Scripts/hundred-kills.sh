#!/usr/bin/env bash
# Kills a sweep a hundred times at random moments (SIGKILL), then lets it end: the report must be that of a sweep that was
# never stopped, byte for byte but for its times. Then the same for shards that are killed beside each other and merged
# meanwhile, for merge, for report, for rescore, for the copies of --scratch, and for an export.
# A kill counts where it met the process alive; each part goes on until it has its number of them, and fails where it tried
# ten times as often in vain.
# Usage: Scripts/hundred-kills.sh [PROGRAM [KILLS [SEED]]]; five minutes on two cores with the defaults. Needs python3.
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
tries=0
quarter=$(((kills + 3) / 4))
# Whether a part wants more kills than it had.
more() {
  if [ "$done_count" -ge "$1" ]; then return 1; fi
  tries=$((tries + 1))
  if [ "$tries" -gt $((10 * $1)) ]; then
    echo "hundred-kills: only $done_count of $1 kills met a process alive (in $work)"
    exit 1
  fi
}
# Waits up to LIMIT hundredths of a second, kills the processes, and counts those that it met alive.
kill_all() {
  local limit=$1 pid
  shift
  sleep "$(printf '%d.%02d' $((RANDOM % limit / 100)) $((RANDOM % limit % 100)))"
  for pid in "$@"; do
    if kill -KILL "$pid" 2>/dev/null; then done_count=$((done_count + 1)); fi
  done
  for pid in "$@"; do wait "$pid" 2>/dev/null || true; done
}
# Starts a command and kills it after up to LIMIT hundredths of a second.
killed() {
  local limit=$1
  shift
  "$@" >/dev/null 2>&1 &
  kill_all "$limit" $!
}
same() {
  diff -r -x 'timing.*' "$1" "$2" >/dev/null || { echo "hundred-kills: $2 differs from $1 (in $work)"; exit 1; }
}
# Tells what a part came to, and begins to count anew.
passed() {
  echo "$1: $done_count kills, $2"
  done_count=0
  tries=0
}

"$program" sweep small.yaml --db calm.sqlite --report calm --progress none --quiet >/dev/null
sweep=("$program" sweep small.yaml --progress none --quiet)

while more "$kills"; do
  before=$done_count
  killed 90 "${sweep[@]}" --db killed.sqlite --report killed
  # A sweep that came to its end has nothing left to be killed in.
  if [ "$done_count" -eq "$before" ]; then rm -rf killed killed.sqlite*; fi
done
"${sweep[@]}" --db killed.sqlite --report killed >/dev/null
same calm killed
passed sweep "the same report"

# All shards and a merge that watches them die at one moment, as with a node.
while more "$quarter"; do
  pids=()
  for shard in 1 2 3; do
    "${sweep[@]}" --shard "$shard/3" --db "shards/$shard.sqlite" >/dev/null 2>&1 &
    pids+=($!)
  done
  if [ -e shards/1.sqlite ]; then
    "$program" merge shards --into joined.sqlite >/dev/null 2>&1 &
    pids+=($!)
  fi
  kill_all 90 "${pids[@]}"
done
for store in shards joined.sqlite; do
  if [ -e "$store" ]; then "$program" doctor "$store" --quiet >/dev/null; fi
done
passed "shards at once and a merge beside them" "nothing is damaged"
while more "$quarter"; do
  shard=$((RANDOM % 3 + 1))
  killed 60 "${sweep[@]}" --shard "$shard/3" --db "shards/$shard.sqlite"
  if [ -e shards/1.sqlite ]; then killed 30 "$program" merge shards --into joined.sqlite; fi
done
for shard in 1 2 3; do "${sweep[@]}" --shard "$shard/3" --db "shards/$shard.sqlite" >/dev/null; done
passed "shards and merges one by one" "and all of them end"
# A merge that finds everything joined writes nothing: each begins anew.
while more "$quarter"; do
  rm -f joined.sqlite*
  killed 20 "$program" merge shards --into joined.sqlite
done
"$program" merge shards --into joined.sqlite --strict --quiet >/dev/null 2>&1
passed merge "the same samples"
while more "$quarter"; do
  rm -rf joined
  killed 60 "$program" report joined.sqlite --out joined
done
"$program" report joined.sqlite --out joined >/dev/null
same calm joined
passed report "the same report"

# Scorings as an older program made them, with other values: a rescoring writes each of them anew.
age() {
  python3 - killed.sqlite <<'END'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], timeout=60)
with store:
    store.execute("UPDATE scorings SET scorer_version = '0', identity = NULL")
    store.execute("UPDATE scores SET value = 1 - value WHERE metric IN ('accuracy', 'prefix_match')")
    store.execute("UPDATE scores SET value = value + 1 WHERE metric = 'perplexity'")
END
}
# The current results whose scoring is an old one.
old_count() {
  python3 - killed.sqlite <<'END'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], timeout=60)
print(store.execute("SELECT count(*) FROM results r JOIN scorings s ON s.id = r.scoring"
                    " WHERE r.current = 1 AND s.scorer_version = '0'").fetchone()[0])
END
}
halves=0
while more "$quarter"; do
  age
  all=$(old_count)
  killed 12 "$program" rescore killed.sqlite
  left=$(old_count)
  if [ "$left" -gt 0 ] && [ "$left" -lt "$all" ]; then halves=$((halves + 1)); fi
done
age
"$program" rescore killed.sqlite >/dev/null
[ "$(old_count)" -eq 0 ]
"$program" report killed.sqlite --out rescored >/dev/null
same calm rescored
passed rescore "$halves of them with a part written, the same report"

# With --scratch the place of a store holds the last whole copy of it, here at most about a second old; what came after that
# is lost with the node and its disk.
while more "$quarter"; do
  rm -rf scratch
  before=$done_count
  killed 400 "${sweep[@]}" --shard 1/1 --db far/whole.sqlite --scratch scratch --copy-every 1
  if [ "$done_count" -eq "$before" ]; then rm -rf far; fi
  # Counted from the first copy on: before there is one, a kill meets none.
  if [ -e far/whole.sqlite ]; then "$program" doctor far/whole.sqlite >/dev/null; else done_count=$before; fi
done
"${sweep[@]}" --shard 1/1 --db far/whole.sqlite --scratch scratch >/dev/null
"$program" report far/whole.sqlite --out copied >/dev/null
same calm copied
passed "copies of a store on scratch" "the same report"

"$program" export killed.sqlite --format jsonl --out before.jsonl >/dev/null 2>&1
while more "$quarter"; do killed 20 "$program" export killed.sqlite --format jsonl --out after.jsonl; done
"$program" export killed.sqlite --format jsonl --out after.jsonl >/dev/null 2>&1
cmp before.jsonl after.jsonl
passed export "the same file"
"$program" doctor calm.sqlite killed.sqlite joined.sqlite shards far
rm -rf "$work"
