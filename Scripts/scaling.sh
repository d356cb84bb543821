#!/usr/bin/env bash
# Measures how prefill and decoding grow with the number of threads, and prints a Markdown table with the machine's name
# and the simulated numbers (bench --simulate-threads, Docs/many-cores.md) beside the measured ones.
#
# usage: Scripts/scaling.sh MODEL [OUT]      MODEL a GGUF file or a folder; OUT for all numbers (default scaling)
#
# Without PROGRAM a program with Swift's libraries inside is built into .build-scaling: `--static-swift-stdlib`. On a machine
# without a toolchain this script, such a program and a model are enough (Scripts/device-pack.sh carries the other libraries).
#
# Variables, all optional:
#   PROGRAM     the program to measure
#   ROUNDS      rounds, in each of which every number of threads has its turn; the table has medians (default 3)
#   THREADS     numbers of threads, as in "1 2 4" (default: powers of two below the number of cores, and that)
#   PREFILL     tokens of the prompt (default 512)
#   DECODE      tokens decoded (default 32), after DEPTH tokens (default 0)
#   OPTIONS     more for se-eval bench, as in "--compute int16 --kv float16"
#   SIMULATE    0 leaves the simulation out
#   SHOW        1 prints what would be run on this machine, and runs nothing
# On a machine with several NUMA nodes and `numactl` each number of threads that fits the first node runs on that alone,
# too, and each that does not runs with its memory interleaved, too.
set -euo pipefail

model=$(realpath "${1:?usage: Scripts/scaling.sh MODEL [OUT]}")
out=$(realpath -m "${2:-scaling}")
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-3}
prefill=${PREFILL:-512}
decode=${DECODE:-32}
depth=${DEPTH:-0}
read -r -a options <<<"${OPTIONS:-}"

# What the machine has: cores (not their threads), sockets, nodes, and the cores of the first node.
cores=$(lscpu -p=CORE,SOCKET | grep -v '^#' | sort -u | wc -l)
allowed=$(nproc)
((cores <= allowed)) || cores=$allowed
sockets=$(lscpu -p=SOCKET | grep -v '^#' | sort -u | wc -l)
nodes=$(lscpu -p=NODE | grep -v '^#' | sort -u | wc -l)
node_cores=$(lscpu -p=NODE,CORE,SOCKET | grep '^0,' | sort -u | wc -l)
name=$(lscpu | sed -n 's/^Model name: *//p' | head -1)

counts() {
  local count
  for ((count = 1; count < cores; count *= 2)); do echo "$count"; done
  echo "$cores"
}
read -r -a threads <<<"${THREADS:-$(counts | tr '\n' ' ')}"

# The places where a number of threads is measured.
places() {
  echo free
  { ((nodes > 1)) && command -v numactl >/dev/null; } || return 0
  if (($1 <= node_cores)); then echo node0; else echo interleaved; fi
}

# bench PLACE ARGUMENT...
bench() {
  local bind=()
  case $1 in
  node0) bind=(numactl --cpunodebind=0 --membind=0) ;;
  interleaved) bind=(numactl --interleave=all) ;;
  esac
  "${bind[@]}" "$program" bench --model "$model" --prefill "$prefill" --decode "$decode" --depth "$depth" --json \
    "${options[@]}" "${@:2}"
}

if [ "${SHOW:-0}" = 1 ]; then
  echo "$name: $sockets sockets, $cores cores, $nodes NUMA nodes ($node_cores cores in the first)"
  for count in "${threads[@]}"; do echo "$count threads: $(places "$count" | tr '\n' ' ')"; done
  exit 0
fi

if [ -n "${PROGRAM:-}" ]; then
  program=$(realpath "$PROGRAM")
else
  scratch=$root/.build-scaling
  swift build --package-path "$root" --scratch-path "$scratch" -c release --static-swift-stdlib --product se-eval >&2
  program=$scratch/release/se-eval
fi

mkdir -p "$out"
: >"$out/measured.txt" # lines: threads place phase tokens/s
for ((round = 1; round <= rounds; round++)); do
  for count in "${threads[@]}"; do
    for place in $(places "$count"); do
      echo "round $round of $rounds: $count threads, $place" >&2
      bench "$place" --threads "$count" --repeat 1 >"$out/last.json"
      for phase in prefill decode; do
        # A line is one measurement.
        rate=$(grep "\"phase\":\"$phase\"" "$out/last.json" | grep -o '"tokens_per_second":[0-9.eE+-]*' | cut -d: -f2 || true)
        [ -z "$rate" ] || echo "$count $place $phase $rate" >>"$out/measured.txt"
      done
    done
  done
done

: >"$out/simulated.json"
if [ "${SIMULATE:-1}" != 0 ]; then
  echo "simulation from one thread's times" >&2
  two=2
  ((cores >= 2)) || two=1
  bench free --threads "$two" --repeat "$rounds" \
    --simulate-threads "$(IFS=,; echo "${threads[*]}")" >"$out/simulated.json"
fi

# median THREADS PLACE PHASE
median() {
  { grep "^$1 $2 $3 " "$out/measured.txt" || true; } | cut -d' ' -f4 | sort -g |
    awk '{v[NR] = $1} END {if (NR) printf "%.1f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}

# simulated THREADS PHASE
simulated() {
  grep "\"phase\":\"$2\"" "$out/simulated.json" | grep -o "\"threads\":$1,\"tokens_per_second\":[0-9.eE+-]*" |
    cut -d: -f3 | awk '{printf "%.1f", $1}' || true
}

# ratio A B
ratio() { awk -v a="${1:-0}" -v b="${2:-0}" 'BEGIN {if (a > 0 && b > 0) printf "%.2f", a / b}'; }

table() {
  echo "$name, $sockets sockets, $cores cores, $nodes NUMA nodes; $(basename "$model"), prefill of $prefill, decoding of $decode after $depth" \
    "tokens${OPTIONS:+, $OPTIONS}; medians of $rounds rounds, $(date -u +%Y-%m-%d)."
  echo
  echo "| threads | place | prefill, tokens/s | of the first | simulated | decode, tokens/s | of the first | simulated |"
  echo "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
  local count place one two
  for count in "${threads[@]}"; do
    for place in $(places "$count"); do
      one=$(median "$count" "$place" prefill)
      two=$(median "$count" "$place" decode)
      echo "| $count | $place | $one | $(ratio "$one" "$(median "${threads[0]}" free prefill)") |" \
        "$(simulated "$count" prefill) | $two | $(ratio "$two" "$(median "${threads[0]}" free decode)") |" \
        "$(simulated "$count" decode) |"
    done
  done
}
table | tee "$out/table.md"
