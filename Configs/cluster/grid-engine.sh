#!/bin/bash
# The shards of a sweep as an array job of Grid Engine (SGE, UGE, OGS), or of whatever sets SGE_TASK_ID.
# Usage: qsub -t 1-4 Configs/cluster/grid-engine.sh CONFIG 4      (the same number twice)
#   then: qsub -hold_jid JOB -b y -cwd se-eval merge Results/NAME.shards --into Results/NAME.sqlite --strict
# Not tried on a cluster; the script was run with SGE_TASK_ID set by hand.
#$ -cwd
#$ -j y
#$ -notify
#$ -r y
#$ -pe smp 2
set -u
# -notify sends SIGUSR2 a minute before SIGKILL: the program knows SIGTERM.
trap '[ -z "${child:-}" ] || kill -TERM "$child"' USR2 TERM
"${SE_EVAL_PROGRAM:-se-eval}" sweep "$1" --shard "$SGE_TASK_ID/$2" --progress plain &
child=$!
wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
# 99 asks Grid Engine to queue the task again.
[ "$status" -ne 143 ] || exit 99
exit "$status"
