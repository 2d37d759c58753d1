#!/usr/bin/env bash
# Runs the four jobs one after another in the cluster of kubectl's context. The volume must contain criteo_model.ckpt and
# kaggleAdDisplayChallenge_processed.npz. Arguments are options of kubectl, such as --namespace=benchmark.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for job in prune merge-models measure report; do
  kubectl "$@" apply --filename="$job.yaml"
  # `kubectl wait` waits for success or for failure, but not for either of them.
  ended=
  until [[ " $ended " == *" Complete "* || " $ended " == *" Failed "* ]]; do
    sleep "${POLL_SECONDS:-5}"
    ended=$(kubectl "$@" get job "$job" --output=jsonpath='{.status.conditions[?(@.status=="True")].type}')
  done
  if [[ " $ended " == *" Failed "* ]]; then
    echo "error: job $job failed; see kubectl logs job/$job" >&2
    exit 1
  fi
done
