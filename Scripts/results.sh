#!/usr/bin/env bash
# The results in Reports/ on real models, made or made anew: results.sh [NAME...]
#
# Without names all that are listed here. Needs SE_EVAL_MODELS and SE_EVAL_DATA as Configs/NAME.yaml say, and the benchmarks
# imported (`se-eval data list` says which are there). Each is a sweep that resumes: what is stored in Results/NAME.sqlite is
# not computed again. RESULTS_OPTIONS are given to each sweep, for example `--limit 2`.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${SE_EVAL_PROGRAM:-.build/release/se-eval}
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(qwen2.5-0.5b ruler-gemma3 ruler-smollm2 needle-smollm2 leval-smollm2 methods-smollm2 longbench-smollm2 smollm2-135m)
for name in "${names[@]}"; do
  echo "results: $name" >&2
  # 4: some samples have no score; the report says which.
  # shellcheck disable=SC2086 # options are meant to be split
  "$program" sweep "Configs/$name.yaml" --report ".build/results/$name" ${RESULTS_OPTIONS:-} || [ $? = 4 ]
  "$program" report "Results/$name.sqlite" --out "Reports/$name" --format markdown,csv,svg,latex --quiet
  # What is large or differs from run to run is not committed.
  rm -f "Reports/$name"/timing.* "Reports/$name"/samples.csv
done
