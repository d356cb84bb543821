#!/usr/bin/env bash
# A Slurm of two nodes on this machine, for Scripts/ci/slurm-test.sh: munged, slurmctld, two slurmd. Everything lies below
# a folder, nothing outside it is changed, and `stop` ends what `start` began.
# Usage: slurm-cluster.sh start|stop|crash|restart FOLDER [NODE]. Needs root, and Debian's munge, slurmctld, slurmd and
# slurm-client. `start` prints the line that a shell needs: export SLURM_CONF=...
set -euo pipefail
action=$1
folder=$(mkdir -p "$2" && cd "$2" && pwd -P)
node=${3:-}
export SLURM_CONF=$folder/slurm.conf
host=$(hostname -s)

# The process of a pid file, where it is one of this folder's.
process() {
  local pid
  pid=$(cat "$folder/$1.pid" 2>/dev/null) || return 1
  grep -qaF "$folder" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

end() {
  local pid
  pid=$(process "$1") || return 0
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# The processes of the jobs on a node: those that hold its log open, and their children.
jobs_of() {
  local pid
  for pid in $(pgrep -x slurmstepd || true); do
    if readlink "/proc/$pid/fd/"* 2>/dev/null | grep -qxF "$folder/$1.log"; then
      echo "$pid"
      children "$pid"
    fi
  done
}

children() {
  local pid
  for pid in $(pgrep -P "$1" || true); do
    echo "$pid"
    children "$pid"
  done
}

configure() {
  local port=$((20000 + RANDOM % 20000))
  printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n' >"$folder/cgroup.conf"
  : >"$folder/plugstack.conf"
  cat >"$SLURM_CONF" <<END
ClusterName=ci
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/%n.log
PlugStackConfig=$folder/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
SlurmdTimeout=10
KillWait=5
ReturnToService=2
JobRequeue=1
MinJobAge=3600
NodeName=ci1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=2 RealMemory=8000 State=UNKNOWN
NodeName=ci2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=ci Nodes=ci[1-2] Default=YES MaxTime=INFINITE DefaultTime=30 State=UP
END
}

start_node() {
  mkdir -p "$folder/spool-$1"
  slurmd -N "$1" -f "$SLURM_CONF"
}

wait_for_nodes() {
  for _ in $(seq 300); do
    [ "$(sinfo --noheader --Node --format=%T | grep -cE '^(idle|mixed|allocated)$')" = 2 ] && return 0
    sleep 0.2
  done
  sinfo --Node >&2
  return 1
}

case $action in
start)
  [ -s "$SLURM_CONF" ] || configure
  mkdir -p "$folder/state"
  [ -s "$folder/munge.key" ] || (umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge.seed" 2>>"$folder/munged.err"
  slurmctld -f "$SLURM_CONF"
  start_node ci1
  start_node ci2
  wait_for_nodes
  echo "export SLURM_CONF=$SLURM_CONF"
  ;;
crash)
  pids=$(jobs_of "$node")
  kill -KILL "$(process "$node")" $pids
  ;;
restart)
  # Not before Slurm knows that the node is gone: else it goes on believing in the dead job.
  for _ in $(seq 300); do
    sinfo --noheader --Node --nodes="$node" --format=%T | grep -q down && break
    sleep 0.2
  done
  start_node "$node"
  ;;
stop)
  scancel --quiet --user=root 2>/dev/null || true
  for _ in $(seq 50); do
    [ -z "$(squeue --noheader 2>/dev/null)" ] && break
    sleep 0.2
  done
  for name in ci1 ci2 slurmctld munged; do end "$name"; done
  ;;
*) exit 2 ;;
esac
