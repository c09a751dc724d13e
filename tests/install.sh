#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# What make install puts somewhere works from there, without the source tree.
. "$VMTAX_SRC/tests/check.lib"
why="make install failed: "
make -s -o all -C "$VMTAX_SRC" "BUILD=$1" DESTDIR="$PWD/root" PREFIX=/opt/vmtax install >said 2>&1 || why="$why$(tail -n 1 said)"
[ -x root/opt/vmtax/bin/vmtax ] && [ "$(ls root/opt/vmtax)" = "bin
lib" ]
result installs
vmtax=$PWD/root/opt/vmtax/bin/vmtax
why="the suite is not found"
"$vmtax" list workloads --csv >said 2>err && grep -q '^cpu-int,' said
result workloads
status=0
"$vmtax" run --only syscall --configs native,hosted --blocks 1 --no-observe --out r >said 2>err || status=$?
why="run: status $status: $(tail -n 1 err)"
[ $status -eq 0 ] && [ -s r/report.html ]
result run
if grep -q ',hosted,.*,skipped,' r/runs.csv; then
	echo "skip monitor: hosted cannot be measured here"
else
	why="no repetition under hosted went well"
	grep -q ',hosted,.*,ok,' r/runs.csv
	result monitor
	why="plan: $("$vmtax" plan --results r 2>&1 | tail -n 1)"
	printf 'vm,count,class,cpu,memory,io\nweb,1,syscall,1,1,1\n' >fleet.csv
	"$vmtax" plan --results r --fleet fleet.csv >said 2>err
	result plan
fi
