#!/usr/bin/env bash
# Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0
#
# test-slurm.sh - test sweeps on a real Slurm of this one machine. Where that cannot be had, it says so and succeeds.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" != 0 ]; then
	echo "skipped: Slurm's daemons need root here"
	exit 0
fi
there=yes
for program in slurmctld slurmd munged sbatch; do
	command -v "$program" >/dev/null || there=
done
if [ -z "$there" ]; then
	if ! { apt-get update && apt-get install -y --no-install-recommends slurm-wlm slurm-client munge; } >/dev/null 2>&1; then
		echo "skipped: Slurm is not installed, and apt-get cannot install it"
		exit 0
	fi
fi
dir=$(mktemp -d)
trap 'scripts/slurm-local.sh stop "$dir"; sleep 1; rm -rf "$dir"' EXIT
settings=$(scripts/slurm-local.sh start "$dir")
eval "$settings"
PERCEIVER_TEST_SLURM=1 go test ./pkg/sweep -run '^TestSlurm' -count=1 "$@"
