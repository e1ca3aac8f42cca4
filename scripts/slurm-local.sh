#!/usr/bin/env bash
# Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0
#
# slurm-local.sh start|stop DIR - a real Slurm of one machine on loopback, for tests, without systemd. DIR keeps its
# state. It needs root, and Debian's packages: apt-get install --no-install-recommends slurm-wlm slurm-client munge
#
#   eval "$(scripts/slurm-local.sh start DIR)"     sets SLURM_CONF, with which sbatch, squeue and scontrol find it
set -euo pipefail
what=${1:?start or stop} dir=${2:?folder}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
host=$(hostname -s)

start() {
	mkdir -p "$dir"/{state,spool,log,munge}
	chmod 755 "$dir"
	chmod 700 "$dir/munge"
	if [ ! -f "$dir/munge/key" ]; then
		head -c 1024 /dev/urandom >"$dir/munge/key"
		chmod 400 "$dir/munge/key"
	fi
	local port=$((20000 + RANDOM % 20000))
	cat >"$dir/slurm.conf" <<-CONF
		ClusterName=local
		SlurmctldHost=$host(127.0.0.1)
		AuthType=auth/munge
		AuthInfo=socket=$dir/munge.sock
		CryptoType=crypto/munge
		MpiDefault=none
		ProctrackType=proctrack/linuxproc
		ReturnToService=2
		SlurmctldPidFile=$dir/slurmctld.pid
		SlurmdPidFile=$dir/slurmd.pid
		SlurmdSpoolDir=$dir/spool
		StateSaveLocation=$dir/state
		SlurmUser=$(id -un)
		SlurmdUser=$(id -un)
		SwitchType=switch/none
		TaskPlugin=task/none
		SchedulerType=sched/backfill
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core
		SlurmctldLogFile=$dir/log/slurmctld.log
		SlurmdLogFile=$dir/log/slurmd.log
		JobCompType=jobcomp/none
		AccountingStorageType=accounting_storage/none
		JobAcctGatherType=jobacct_gather/none
		SlurmctldPort=$port
		SlurmdPort=$((port + 1))
		KillWait=10
		NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=500 State=UNKNOWN
		PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP PreemptMode=REQUEUE
	CONF
	export SLURM_CONF=$dir/slurm.conf
	munged --force --socket="$dir/munge.sock" --key-file="$dir/munge/key" --pid-file="$dir/munged.pid" \
		--log-file="$dir/log/munged.log" --seed-file="$dir/munge/seed"
	slurmctld
	sleep 1
	slurmd
	for _ in $(seq 60); do
		if sinfo -h -o %T 2>/dev/null | grep -q idle; then
			return
		fi
		sleep 0.5
	done
	echo "Slurm did not start; see $dir/log" >&2
	return 1
}

case $what in
start)
	start >&2
	echo "export SLURM_CONF=$dir/slurm.conf"
	;;
stop)
	for name in slurmd slurmctld munged; do
		if [ -f "$dir/$name.pid" ]; then
			kill "$(cat "$dir/$name.pid")" 2>/dev/null || true
		fi
	done
	;;
*)
	echo "start or stop" >&2
	exit 2
	;;
esac
