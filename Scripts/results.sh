#!/usr/bin/env bash
# The results in Reports/ on real models, made or made anew: results.sh [NAME...]
#
# Without names all that are listed here. Needs SE_EVAL_MODELS and SE_EVAL_DATA as Configs/NAME.yaml say, and the benchmarks
# imported (`se-eval data list` says which are there). Each is a sweep that resumes: what is stored in Results/NAME.sqlite is
# not computed again. The whole takes a night on two cores, so what is done is kept in git (Results/kept, without the texts of
# the datasets): a fresh clone goes on from there, and Ctrl-C keeps what there is, with its report. RESULTS_OPTIONS are given
# to each sweep, for example `--limit 2`.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${SE_EVAL_PROGRAM:-.build/release/se-eval}
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(qwen2.5-0.5b ruler-gemma3 ruler-smollm2 needle-smollm2 leval-smollm2 methods-smollm2 longbench-smollm2 smollm2-135m)
trap : INT
for name in "${names[@]}"; do
  echo "results: $name" >&2
  store=Results/$name.sqlite
  if [ ! -e "$store" ] && [ -e "Results/kept/$name.sqlite" ]; then
    # Whole or not there, and without the log of a store that was there before.
    rm -f "$store"-wal "$store"-shm
    cp "Results/kept/$name.sqlite" "$store.new"
    mv "$store.new" "$store"
  fi
  # 4: some samples have no score; the report says which. 130: interrupted.
  status=0
  # shellcheck disable=SC2086 # options are meant to be split
  "$program" sweep "Configs/$name.yaml" --report ".build/results/$name" ${RESULTS_OPTIONS:-} || status=$?
  [ $status = 0 ] || [ $status = 4 ] || [ $status = 130 ] || exit $status
  "$program" report "$store" --out "Reports/$name" --format markdown,csv,svg,latex --quiet
  python3 Scripts/keep_results.py "$store" "Results/kept/$name.sqlite"
  # What is large or differs from run to run is not committed.
  rm -f "Reports/$name"/timing.* "Reports/$name"/samples.csv
  [ $status != 130 ] || exit 130
done
