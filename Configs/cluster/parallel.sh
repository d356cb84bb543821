#!/usr/bin/env bash
# The shards of a sweep under GNU parallel, on this machine or on several by ssh (--sshlogin, with a shared folder).
# Usage: Configs/cluster/parallel.sh CONFIG [SHARDS] [JOBS], in the folder in which Results/ is to be.
# Tried with GNU parallel 20221122. Kill it at any time: the same command goes on.
set -eu
program=${SE_EVAL_PROGRAM:-se-eval}
config=$1
shards=${2:-4}
jobs=${3:-2}
threads=$(($(nproc) / jobs > 0 ? $(nproc) / jobs : 1))
# A shard that fails does not stop the others; each may be tried twice.
seq "$shards" | parallel --jobs "$jobs" --retries 2 --line-buffer --tagstring 'shard {}' \
  "$program" sweep "$config" --shard "{}/$shards" --threads "$threads" --progress plain || true
name=$("$program" plan "$config" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["name"])')
"$program" merge "Results/$name.shards" --into "Results/$name.sqlite" --strict
"$program" report "Results/$name.sqlite"
