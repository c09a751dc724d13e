#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Whole programs, each natively and in virtual machines: stdout, exit code, marks and the files written must be
# those of programs.expected, which a second implementation of the workloads computed, or those that other
# programs make of the same input. So what fails alike everywhere does not pass.
. "$VMTAX_SRC/tests/check.lib"

build=$1
monitor=$build/vmtax-monitor
busybox=$(command -v busybox)
configs="native hosted hosted-classic bare-metal"
LC_ALL=C
export LC_ALL

if without_kvm "programs in virtual machines"; then
	configs=native
fi

# run CONFIG PROGRAM ARGUMENT...: stdout and stderr in out and err, the exit code in status.
run() {
	config=$1
	shift
	if [ "$config" = native ]; then
		"$@" >out 2>err
	else
		"$monitor" --config "$config" --memory 64M --timeout 60s -- "$@" >out 2>err
	fi
	status=$?
	sed -i '/ fell back to /d' err # not every machine has every value
}

sum() {
	sha256sum <"$1" | cut -d' ' -f1
}

# workload CONFIG: one line of programs.expected, in command, ops, stdout, file and digest.
workload() {
	# The words of command are the program and its arguments.
	set -- "$1" $command
	config=$1
	name=$2
	shift 2
	[ -z "$file" ] || rm -f "$file"
	run "$config" "$build/workloads/$name" "$@"
	why=
	[ "$status" -eq 0 ] || why="status $status: $(cat err)"
	[ "$(cat out)" = "$stdout" ] || why="$why stdout is $(cat out), not $stdout"
	[ "$(wc -l <err)" -eq 2 ] && grep -qx 'roi begin' err && grep -qx "roi_ns=[1-9][0-9]* ops=$ops" err ||
		why="$why stderr is $(cat err)"
	[ -z "$file" ] || [ "$(sum "$file")" = "$digest" ] || why="$why $file is not what it must be"
	verdict "$config-$name"
}

awk -f "$VMTAX_SRC/tests/programs.awk" >input.txt
if [ "$(sum input.txt)" != 0a79250d7787ee918108bcaca53f7edeef7ef1c00360686791446ce808d6f901 ]; then
	echo "not ok input: awk made another text"
	exit 1
fi

if command -v python3 >/dev/null; then
	why=$(python3 "$VMTAX_SRC/tests/programs.py" input.txt 2>&1 | diff "$VMTAX_SRC/tests/programs.expected" - | head -n 3)
	verdict expected
else
	echo "skip expected: there is no python3 to compute the results anew"
fi

while IFS='|' read -r command ops stdout file digest; do
	for config in $configs; do
		workload "$config"
	done
done <"$VMTAX_SRC/tests/programs.expected"

# Real programs, against other programs that do the same.
sort input.txt >sorted.txt
for config in $configs; do
	run "$config" "$busybox" sha256sum input.txt
	why=
	[ $status -eq 0 ] && [ "$(cat out)" = "$(sum input.txt)  input.txt" ] && [ ! -s err ] ||
		why="status $status: $(cat out err)"
	verdict "$config-busybox-sha256sum"

	run "$config" "$busybox" sort input.txt
	why=
	[ $status -eq 0 ] && cmp -s out sorted.txt && [ ! -s err ] || why="status $status: $(head -n 3 out err)"
	verdict "$config-busybox-sort"

	run "$config" "$busybox" gzip -c input.txt
	why=
	[ $status -eq 0 ] && gzip -dc <out 2>/dev/null | cmp -s - input.txt && [ ! -s err ] &&
		[ "$(wc -c <out)" -lt 200000 ] || why="status $status: $(cat err)"
	verdict "$config-busybox-gzip"

	# An end that is not a success, with words on stderr.
	run "$config" "$busybox" cat missing input.txt
	why=
	[ $status -eq 1 ] && cmp -s out input.txt && grep -q "can't open 'missing': No such file" err ||
		why="status $status: $(cat err)"
	verdict "$config-busybox-cat"
done
