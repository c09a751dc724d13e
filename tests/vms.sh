#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax run --vms: copies that run at once, each accounted for.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

configs=native,hosted
wanted=2
if without_kvm "copies in virtual machines"; then
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

# A run that was killed between the rows of one cell runs its copies again, together.
"$vmtax" run --vms 3 --memory 32M --only syscall --configs native --blocks 2 --no-observe --out cut >out 2>err
cp cut/runs.csv whole.csv
sed -i '$d' cut/runs.csv
"$vmtax" run --resume --out cut >out 2>err
status=$?
"$vmtax" report --json=runs cut >runs.json
why="status $status: $(jq -c '.[] | [.run, .block, .vm]' runs.json | tr '\n' ' ')"
[ $status -eq 0 ] && jq -e '(map(select(.block)) | length >= 6) and
	(group_by(.block) | all(.[]; [.[].vm] == [1, 2, 3])) and ([.[].run] | unique | length) == length' runs.json >/dev/null
result resumed-together
why="the first block was run anew"
[ "$(head -n 4 cut/runs.csv)" = "$(head -n 4 whole.csv)" ]
result kept-the-rest

# Pinned, each has a core of its own while cores last.
if [ $wanted -eq 2 ] && [ "$(nproc)" -ge 2 ]; then
	"$vmtax" run --vms 2 --memory 32M --configs hosted --set scheduling=pinned --blocks 1 --no-observe --out pinned \
		-- busybox sleep 1 >out 2>err &
	run=$!
	for i in $(seq 200); do
		sleep 0.05
		grep -ls "^PPid:[[:space:]]*$run\$" /proc/[0-9]*/status |
			xargs -r sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' >seen 2>/dev/null
		[ "$(grep -cx '[0-9]*' seen)" -eq 2 ] && break
	done
	wait $run
	why="cores $(tr '\n' ' ' <seen)"
	[ "$(grep -x '[0-9]*' seen | sort -u | wc -l)" -eq 2 ]
	result a-core-each
fi

# Each copy of a suite's workload has files of its own.
"$vmtax" run --vms 2 --memory 32M --only file-seq --configs native --blocks 1 --no-observe --out files >out 2>err
status=$?
why="status $status: $(tail -n 2 err | tr '\n' '|')"
[ $status -eq 0 ] && [ "$(grep -c ',ok,' files/runs.csv)" -ge 2 ]
result own-files

# The backup beside them has a file of each open at a time, as the kernel sees it.
cat >suite.csv <<E
name,class,command,stresses,data
nap,io,busybox sleep 2,nothing,nap.bin:64M
E
"$vmtax" run --vms 3 --memory 32M --suite suite.csv --configs native+host-services=backup --blocks 1 --no-observe \
	--out streamed >out 2>err &
run=$!
for i in $(seq 400); do
	for backup in $(grep -lsx backup /proc/[0-9]*/comm); do
		grep -qs "^PPid:[[:space:]]*$run\$" "${backup%comm}status" &&
			ls -l "${backup%comm}fd" 2>/dev/null | sed -n 's/.* //; /nap.bin$/p'
	done | sort -u >seen
	[ "$(wc -l <seen)" -eq 3 ] && break
	sleep 0.02
done
wait $run
status=$?
why="status $status: $(tail -n 2 err | tr '\n' '|') $(tr '\n' ' ' <seen)"
[ $status -eq 0 ] && [ "$(wc -l <seen)" -eq 3 ]
result backup-of-each

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
