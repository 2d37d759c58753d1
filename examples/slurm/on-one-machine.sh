#!/usr/bin/env bash
# Starts Slurm on this machine (munged, slurmctld and slurmd on the loopback, as the current user, with all their files in
# a temporary folder), runs the benchmark through submit.sh, runs it again as single commands, and compares the results.
# Exit code 0: they are the same.
#
#   apt-get install slurmctld slurmd slurm-client munge
#   ./on-one-machine.sh
#
# PARTS, MODEL, DATA, GRID and FORWARD are as in submit.sh; the default is a small model and its rows, in 7 parts.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
golden=$root/packages/test-support/test/golden/original-run
export MODEL=${MODEL:-$golden/criteo_model.ckpt}
export DATA=${DATA:-$golden/kaggleAdDisplayChallenge_processed.npz}
export GRID=${GRID:-} FORWARD=${FORWARD:---sparsity-levels 0,0.9,1 --runs 3}
PARTS=${PARTS:-7}

# Debian keeps the daemons in sbin.
PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null || { echo "error: $program is not installed" >&2; exit 1; }
done

work=$(mktemp -d)
slurm=$work/slurm
mkdir -p "$slurm"/{bin,munge,state,spool}
# munge requires folders that other users can traverse but not write.
chmod 755 "$work" "$slurm" "$slurm/munge"
processes=()
stop() {
  local status=$?
  if ((status != 0)); then tail -n 20 "$slurm"/*.log "$work"/results/logs/*.log >&2 2>/dev/null || true; fi
  if ((${#processes[@]} > 0)); then kill "${processes[@]}" 2>/dev/null || true; fi
  wait
  rm -rf "$work"
  exit "$status"
}
trap stop EXIT

# Puts the commands of this repository on the PATH of the jobs.
for name in bench-disk bench-metrics bench-forward bench-report; do
  printf '#!/bin/sh\nexec node "%s" "$@"\n' "$root/packages/$name/dist/cli.js" >"$slurm/bin/$name"
  chmod +x "$slurm/bin/$name"
done
export PATH=$slurm/bin:$PATH

head -c 128 /dev/urandom >"$slurm/munge/key"
chmod 400 "$slurm/munge/key"
munged --foreground --force --key-file="$slurm/munge/key" --socket="$slurm/munge/socket" \
  --pid-file="$slurm/munge/pid" --seed-file="$slurm/munge/seed" --log-file="$slurm/munge.log" 2>"$slurm/munged.log" &
processes+=($!)

node=$(hostname -s)
cat >"$slurm/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$slurm/munge/socket
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
# No cgroups, because containers and restricted machines lack them.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=5
ReturnToService=2
JobCompType=jobcomp/filetxt
JobCompLoc=$slurm/jobs.txt
$(slurmd -C | head -n 1 | sed "s/NodeName=[^ ]*/NodeName=$node NodeAddr=127.0.0.1/") State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$slurm/slurm.conf

slurmctld -D 2>"$slurm/slurmctld.err.log" &
processes+=($!)
slurmd -D 2>"$slurm/slurmd.err.log" &
processes+=($!)
for ((second = 0; second < 60; second++)); do
  state=$(sinfo --noheader --format=%T 2>/dev/null) || true
  if [[ $state == idle ]]; then break; fi
  sleep 1
done
sinfo
if [[ $state != idle ]]; then echo "error: expected an idle node within a minute, found ${state:-none}" >&2; exit 1; fi

export RESULTS=$work/results
jobs=$("$here/submit.sh" "$PARTS")
list=${jobs// /,}
squeue --jobs="$list"
while [[ -n $(squeue --noheader --jobs="$list" 2>/dev/null) ]]; do sleep 1; done
# A line for each job and task that has ended.
sed -E 's/.*JobId=([0-9]+).* Name=([^ ]+) JobState=([^ ]+) .*/job \1 \2 \3/' "$slurm/jobs.txt"
if [[ ! -e $RESULTS/report/report.html ]]; then echo "error: expected report.html of the last job, found none" >&2; exit 1; fi

single=$work/single
mkdir "$single"
(
  cd "$single"
  # shellcheck disable=SC2086 # several words
  bench-disk --quiet --model-path "$MODEL" --sparsified-model-dump-path models $GRID
  bench-metrics --quiet --processed-data-file "$DATA" --sparse-model-metadata sparse_model_metadata.csv
  # shellcheck disable=SC2086
  bench-forward --quiet --processed-data-file "$DATA" --sparse-model-metadata sparse_model_metadata.csv $FORWARD
)
ls "$RESULTS/report"
node "$root/scripts/same-results.mjs" "$single" "$RESULTS"
