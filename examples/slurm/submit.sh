#!/usr/bin/env bash
# Submits the benchmark in PARTS parts. The jobs inherit the environment:
#
#   MODEL    the trained model
#   DATA     the processed rows (npz)
#   RESULTS  folder for all output; like the others, on a file system that all nodes can access
#   GRID, FORWARD  further options of bench-disk and of bench-forward (optional)
#
#   MODEL=... DATA=... RESULTS=... ./submit.sh PARTS [options of sbatch, such as --partition=short]
#
# Prints the ids of the four jobs.
set -euo pipefail
: "${MODEL:?}" "${DATA:?}" "${RESULTS:?}"
export PARTS=${1:?expected the number of parts}
shift
jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$RESULTS/parts" "$RESULTS/logs"

submit() {
  sbatch --parsable --export=ALL --kill-on-invalid-dep=yes --chdir="$RESULTS/parts" "$@"
}
array=(--array="1-$PARTS" --output="$RESULTS/logs/%x-%a.log")
single=(--output="$RESULTS/logs/%x.log")

prune=$(submit "${array[@]}" "$@" "$jobs/prune.sbatch")
models=$(submit "${single[@]}" "$@" --dependency="afterok:$prune" "$jobs/merge-models.sbatch")
measure=$(submit "${array[@]}" "$@" --dependency="afterok:$models" "$jobs/measure.sbatch")
report=$(submit "${single[@]}" "$@" --dependency="afterok:$measure" "$jobs/report.sbatch")
echo "$prune $models $measure $report"
