#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax run --vms: copies that run at once, each accounted for.
vmtax=$1/vmtax

result() {
	if [ $? -eq 0 ]; then echo "ok $1"; else echo "not ok $1: $why"; fi
}

configs=native,hosted
wanted=2
if ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then
	echo "skip copies in virtual machines: /dev/kvm is missing, or not ours to use"
	configs=native
	wanted=1
fi

# Ends only once three of it have been there, so one after the other they would not end.
mkdir there
cat >meet.sh <<E
: >$PWD/there/\$\$
n=0
while [ "\$n" -lt 3 ]; do
	set -- $PWD/there/*
	n=\$#
	sleep 0.01
done
sleep 0.5
rm -f $PWD/there/\$\$
echo met
E
"$vmtax" run --vms 3 --memory 32M --configs $configs --blocks 2 --no-observe --timeout 30s --out met \
	-- busybox sh meet.sh >out 2>err
status=$?
why="status $status: $(tail -n 2 err | tr '\n' '|')"
[ $status -eq 0 ]
result at-once
"$vmtax" report --json=runs met >runs.json
why="$(jq -c '.[] | [.block, .config, .vm, .vms, .status]' runs.json | tr '\n' ' ')"
jq -e --argjson configs $wanted '[.[] | select(.block <= 2)] | length == 3 * 2 * $configs and
	all(.[]; .status == "ok" and .vms == 3 and .exit_code == 0) and
	(group_by([.block, .config]) | all(.[]; [.[].vm] | sort == [1, 2, 3]))' runs.json >/dev/null
result a-row-each
if [ $wanted -eq 2 ]; then
	why="$(cat met/overhead.csv)"
	"$vmtax" report --json=overhead met | jq -e '[.[] | select(.metric == "time")] |
		length == 1 and .[0].blocks <= 4 and .[0].ratio > 0' >/dev/null
	result blocks-not-copies
fi

# Each copy of a suite's workload has files of its own.
"$vmtax" run --vms 2 --memory 32M --only file-seq --configs native --blocks 1 --no-observe --out files >out 2>err
status=$?
why="status $status: $(tail -n 2 err | tr '\n' '|')"
[ $status -eq 0 ] && [ "$(grep -c ',ok,' files/runs.csv)" -ge 2 ]
result own-files

"$vmtax" run --vms 1024 --memory 3G --only syscall --configs hosted --out refused >out 2>err
status=$?
why="status $status: $(cat err)"
if [ $wanted -eq 2 ]; then
	[ $status -eq 2 ] && grep -q '^vmtax run: 1024 VMs of 3.00 GiB.* need .*, and .* is there: --vms: ' err &&
		[ ! -e refused ]
	result refused-with-the-sum
fi
"$vmtax" run --vms none --only syscall --out refused >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 2 ] && grep -q 'no number of VMs' err
result no-number
