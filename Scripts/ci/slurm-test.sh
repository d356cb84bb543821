#!/usr/bin/env bash
# A small sweep as an array job on a real Slurm, a node crashed in between: the joined report must be that of the same
# sweep without shards, byte for byte but for its times; then a shard's store is lost and submitted again. `status` and
# `--missing` must tell the truth at each step. Skips with a line where Slurm is not installed.
# With --full a second sweep follows, in which a node crashes and a time limit is hit in the same array (ten minutes).
# With --model the model of the file $SLURM_TEST_MODEL, such as SmolLM2-135M's GGUF, is swept in place of all that:
# passkeys of 512 tokens, plain and Self-Extend, a node crashed under them, a task cancelled and submitted again.
# Usage: Scripts/ci/slurm-test.sh [PROGRAM] [--full | --model]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
full=
model=
program=$root/.build/release/se-eval
for word in "$@"; do
  case $word in
  --full) full=1 ;;
  --model) model=$(realpath "${SLURM_TEST_MODEL:?names no model file}") ;;
  *) program=$word ;;
  esac
done
program=$(realpath "$program")

for tool in munged slurmctld slurmd sbatch; do
  if ! command -v "$tool" >/dev/null; then
    echo "slurm-test: skipped, $tool is not installed (apt-get install munge slurmctld slurmd slurm-client)"
    exit 0
  fi
done
if [ "$(id -u)" != 0 ]; then
  echo "slurm-test: skipped, slurmd needs root"
  exit 0
fi

work=$(mktemp -d /tmp/slurm-test.XXXXXX)
slurm=$work/slurm
finish() {
  status=$?
  "$here/slurm-cluster.sh" stop "$slurm" || true
  if [ "$status" -eq 0 ]; then
    rm -rf "$work"
  else
    echo "slurm-test: FAILED; logs are in $work" >&2
    tail -n 20 "$work"/Slurm/*/logs/* >&2 || true
  fi
}
trap finish EXIT
fail() {
  echo "slurm-test: $*" >&2
  exit 1
}

if ! cluster=$("$here/slurm-cluster.sh" start "$slurm" 2>"$work/start.err"); then
  echo "slurm-test: skipped, Slurm does not start here: $(tail -n 1 "$work/start.err")"
  exit 0
fi
eval "$cluster"
cd "$work"

# A configuration on the project's own model: NAME and the passkeys of each length and depth.
configure() {
  cat >"$1.yaml" <<END
name: $1
seed: 7
models:
  - {name: demo, path: $root/Datasets/demo/model, context: 256}
methods: [plain, "self-extend:G=8,W=64"]
tasks:
  - pg19: {path: $root/Datasets/demo/stories, lengths: [256, 1024], stride: 64, windows: 2}
  - passkey: {lengths: [512, 2048], depths: 3, trials: $2}
END
}

# The same on the model of a file.
configure_model() {
  cat >"$1.yaml" <<END
name: $1
seed: 7
models:
  - {name: model, path: $model}
methods: [plain, "self-extend:G=4,W=128"]
tasks:
  - passkey: {lengths: [512], depths: 2, trials: ${MODEL_TRIALS:-4}}
END
}

# The tasks that run on a node.
running_on() { squeue --noheader --array --states=RUNNING --nodelist="$1" --format=%i; }

# True where the stores say that a task of the array is in a state, `running` for one.
task_is() { tell "$1" | tr '{' '\n' | grep "\"job\":\"$2\"" | grep -q "\"state\":\"$3\""; }

# True once the shards have stored something.
has_stored() { tell "$1" | grep -qE '^[^[]*(\[[^]]*\],)?"done":[1-9]'; }

# What the stores tell, before there are any nothing.
tell() { "$program" status "$1.yaml" --json 2>/dev/null || true; }

# The command that submits a sweep; what it says is in `said`.
time_limit=30
memory=500
slurm() {
  "$program" slurm "$1.yaml" --shards 4 --threads 1 --time "$time_limit" --mem "$memory" "${@:2}" >said 2>&1
}

# Fails with what the last command said.
fail_as_said() {
  cat said >&2
  fail "$*"
}

# --missing must name these shards and no other, and submits nothing.
missing_is() {
  local name=$1 found
  shift
  slurm "$name" --missing || fail_as_said "--missing of $name failed"
  found=$(sed -n 's,^shard \([0-9]*\)/4: .*,\1,p' said | paste -s -d ' ' -)
  [ "$found" = "$*" ] || fail_as_said "--missing of $name names the shards '$found' and not '$*'"
}

# Submits a sweep, and sees that a second array is refused and that nothing is missing.
submit() {
  slurm "$1" --submit || fail_as_said "$1 was not submitted"
  cat said
  job=$(tail -n 1 "Slurm/$1/jobs" | cut -d ' ' -f 1)
  local status=0
  slurm "$1" --submit || status=$?
  [ "$status" -eq 2 ] || fail_as_said "a second array of $1 was not refused"
  missing_is "$1"
  grep -q 'nothing more to submit' said || fail_as_said "--missing of $1 wants more than was submitted"
}

# Waits until a node has tasks of a sweep that have begun to store, crashes it under them, and brings it back. The tasks
# that it had are in `crashed`.
crash_under() {
  local name=$1 node=$2 task seen
  crashed=
  for _ in $(seq 1200); do
    for task in $(running_on "$node"); do
      if task_is "$name" "$task" running; then crashed="$crashed $task"; fi
    done
    [ -n "$crashed" ] && has_stored "$name" && break
    crashed=
    sleep 0.1
  done
  [ -n "$crashed" ] || fail "no task of $name was at work on $node"
  seen=$crashed
  sleep 0.5
  crashed=$(running_on "$node")
  [ -n "$crashed" ] || fail "the tasks on $node ended before it could crash: raise TRIALS"
  "$here/slurm-cluster.sh" crash "$slurm" "$node"
  # Some may have come to their end in the moment before.
  local died=
  for task in $crashed; do
    task_is "$name" "$task" ended || died="$died $task"
  done
  [ -n "$died" ] || fail "the tasks on $node ended as it crashed: raise TRIALS"
  crashed=$died
  "$program" status "$name.yaml" || fail "status of $name failed after a crash"
  # Dead for a moment only: a task that began to store is told as running until its sign of life is old, or as ended.
  for task in $seen; do
    task_is "$name" "$task" running || task_is "$name" "$task" silent || task_is "$name" "$task" ended ||
      fail "status of $name does not know task $task"
  done
  # Slurm still has them, or queues them again: nobody is to submit them.
  missing_is "$name"
  "$here/slurm-cluster.sh" restart "$slurm" "$node"
}

# Tells which tasks Slurm began again. Those that died with their node must be among them, but for one that was cancelled.
check_restarts() {
  local task
  for task in $crashed; do
    [ "$task" != "${1:-}" ] || continue
    scontrol show job "$task" | grep -qE 'Restarts=[1-9]' || fail "task $task died with its node and was not queued again"
  done
  echo "slurm-test: died with their node and went on: ${crashed//$'\n'/ }"
}

# Waits for the end of all jobs, four seconds for each count at most. Slurm's patience of two minutes before a task is begun
# again is cut short, but not to nothing: a task that is begun within the second of its end is refused by Slurm 22.05
# ("credential revoked"), and lost.
wait_for_the_end() {
  local before='' pending id
  for _ in $(seq "$1"); do
    [ -z "$(squeue --noheader)" ] && return
    pending=$(squeue --noheader --array --states=PENDING --format=%i | grep _ || true)
    for id in $pending; do
      case " ${before//$'\n'/ } " in *" $id "*) scontrol update JobId="$id" StartTime=now 2>/dev/null || true ;; esac
    done
    before=$pending
    sleep 4
  done
  squeue >&2
  fail "jobs did not end"
}

# What must be true of a sweep that ended.
check_end() {
  missing_is "$1"
  grep -q 'nothing is missing' said || fail_as_said "something is missing of $1"
  "$program" status "$1.yaml" >said
  grep -qE '^([0-9,]+) of \1 samples done, 0 failed; 0 running, 4 ended, 0 silent$' said ||
    fail_as_said "status does not take $1 for done"
  if grep -q 'not started' said; then fail_as_said "status lacks shards of $1"; fi
  merge_log=$(find "Slurm/$1/logs" -name "$1-merge-*" | sort -V | tail -n 1)
  grep -q '^complete: ' "$merge_log" || fail "the last merge job of $1 does not say that all is there"
  diff -r -x 'timing.*' "whole-$1" "Reports/$1" || fail "the reports of $1 differ"
}

whole() { "$program" sweep "$1.yaml" --db "whole-$1.sqlite" --report "whole-$1" --threads 1 --progress none --quiet; }

if [ -n "$model" ]; then
  configure_model model
  whole model
  memory=1000
  submit model
  crash_under model ci1
  # Whoever is cancelled is not queued again: the merge job ends without it, and --missing submits it and nothing else.
  cancelled=$(squeue --noheader --array --jobs="$job" --format=%i | tail -n 1)
  [ -n "$cancelled" ] || fail "no task was left to cancel: --model wants a sweep that takes longer"
  scancel "$cancelled"
  wait_for_the_end 300
  check_restarts "$cancelled"
  grep -q '^incomplete: ' Slurm/model/logs/model-merge-* || fail "the merge job takes a cancelled task for done"
  missing_is model "${cancelled##*_}"
  slurm model --missing --submit || fail_as_said "task $cancelled was not submitted again"
  cat said
  wait_for_the_end 300
  check_end model
  echo "slurm-test: passed (array job $job on $(basename "$model"), 4 shards, a node crashed, task $cancelled cancelled and submitted again: the report of the whole sweep)"
  exit 0
fi

configure small "${TRIALS:-20}"
whole small
time_limit=5
if "$program" status small.yaml >said 2>&1; then fail_as_said "status tells of a sweep that has not begun"; fi
missing_is small 1 2 3 4
submit small
crash_under small ci1
wait_for_the_end 75
check_restarts
check_end small
# A store is lost: its shard, and no other, is found missing, submitted and computed.
rm Results/small.shards/shard-3-of-4.sqlite*
"$program" status small.yaml >said
grep -q '^not started: shards 3$' said || fail_as_said "status does not miss the shard whose store is lost"
missing_is small 3
slurm small --missing --submit || fail_as_said "the lost shard was not submitted"
cat said
wait_for_the_end 75
check_end small
echo "slurm-test: passed (array job $job, 4 shards, a node crashed, a lost store submitted again: the report of the whole sweep)"

[ -n "$full" ] || exit 0
# A cluster of its own: Slurm may hold processors of a node that died for a long time.
"$here/slurm-cluster.sh" stop "$slurm"
slurm=$work/slurm-2
cluster=$("$here/slurm-cluster.sh" start "$slurm")
eval "$cluster"
# Of two minutes, 90 seconds before the end are the warning: a task has half a minute, and Slurm looks every 30 seconds.
configure long "${LONG_TRIALS:-300}"
whole long
time_limit=2
submit long
crash_under long ci1
wait_for_the_end 450
check_restarts
limited=$(grep -l 'stopped by a signal; queued again' Slurm/long/logs/* | wc -l)
[ "$limited" -gt 0 ] || fail "no task met its time limit: raise LONG_TRIALS"
check_end long
echo "slurm-test: passed (array job $job: a node crashed, $limited tasks met their time limit, all queued again: the report of the whole sweep)"
