#!/usr/bin/env bash
# A small sweep as an array job on a real Slurm, a node crashed in between: the joined report must be that of the same
# sweep without shards, byte for byte but for its times. Skips with a line where Slurm is not installed.
# Usage: Scripts/ci/slurm-test.sh [PROGRAM]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=$(realpath "${1:-$root/.build/release/se-eval}")

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
finish() {
  status=$?
  "$here/slurm-cluster.sh" stop "$work/slurm" || true
  if [ "$status" -eq 0 ]; then
    rm -rf "$work"
  else
    echo "slurm-test: FAILED; logs are in $work" >&2
    tail -n 20 "$work"/Slurm/small/logs/* >&2 || true
  fi
}
trap finish EXIT

if ! cluster=$("$here/slurm-cluster.sh" start "$work/slurm" 2>"$work/start.err"); then
  echo "slurm-test: skipped, Slurm does not start here: $(tail -n 1 "$work/start.err")"
  exit 0
fi
eval "$cluster"
cd "$work"
cat >small.yaml <<END
name: small
seed: 7
models:
  - {name: demo, path: $root/Datasets/demo/model, context: 256}
methods: [plain, "self-extend:G=8,W=64"]
tasks:
  - pg19: {path: $root/Datasets/demo/stories, lengths: [256, 1024], stride: 64, windows: 2}
  - passkey: {lengths: [512, 2048], depths: 3, trials: ${TRIALS:-6}}
END
"$program" sweep small.yaml --db whole.sqlite --report whole --threads 1 --progress none --quiet

"$program" slurm small.yaml --shards 4 --threads 1 --time 5 --mem 500 --submit
job=$(tail -n 1 Slurm/small/jobs)
# A node dies while it works; Slurm queues its task again, after two minutes of patience that are not waited for here.
for _ in $(seq 300); do
  # The task has begun to store.
  [ -n "$(squeue --noheader --states=RUNNING --nodelist=ci1 --format=%i)" ] && compgen -G 'Results/small.shards/*.sqlite' >/dev/null && break
  sleep 0.1
done
sleep 1
"$here/slurm-cluster.sh" crash "$work/slurm" ci1
"$program" status small.yaml || true
"$here/slurm-cluster.sh" restart "$work/slurm" ci1
for _ in $(seq 600); do
  [ -z "$(squeue --noheader)" ] && break
  for id in $(squeue --noheader --array --states=PENDING --format=%i | grep _ || true); do
    scontrol update JobId="$id" StartTime=now 2>/dev/null || true
  done
  sleep 0.5
done
"$program" slurm small.yaml --shards 4 --threads 1 --missing 2>&1 | grep -q "nothing is missing"
"$program" status small.yaml --json | grep -q '"running":0'
diff -r -x 'timing.*' whole Reports/small
echo "slurm-test: passed (array job $job, 4 shards, a node crashed: the report of the whole sweep)"
