#!/usr/bin/env bash
# Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0
#
# test-slurm.sh - test sweeps on a real Slurm of this one machine. Where that cannot be had, it says so and succeeds. It
# ends within a quarter of an hour.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() {
	echo "skipped: $*"
	exit 0
}
if [ "$(id -u)" != 0 ]; then
	skip "Slurm's daemons need root here"
fi
command -v timeout >/dev/null || skip "there is no program timeout"
there() {
	local program
	for program in slurmctld slurmd munged sbatch; do
		command -v "$program" >/dev/null || return 1
	done
}
if ! there; then
	# Without a network this fails at once, or is given up.
	install() {
		local options="-o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o DPkg::Lock::Timeout=30"
		export DEBIAN_FRONTEND=noninteractive
		timeout 120 apt-get $options update &&
			timeout 300 apt-get $options install -y --no-install-recommends slurm-wlm slurm-client munge
	}
	install >/dev/null 2>&1 </dev/null && there || skip "Slurm is not installed, and apt-get cannot install it"
fi
dir=$(mktemp -d)
trap 'scripts/slurm-local.sh stop "$dir"; sleep 1; rm -rf "$dir"' EXIT
settings=$(timeout 60 scripts/slurm-local.sh start "$dir") || skip "Slurm is installed and does not start here: $(tail -n 3 "$dir"/log/*.log 2>/dev/null)"
eval "$settings"
PERCEIVER_TEST_SLURM=1 timeout 420 go test ./pkg/sweep -run '^TestSlurm' -count=1 -timeout 6m "$@"
