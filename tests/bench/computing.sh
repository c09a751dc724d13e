# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Programs that compute: two loops of the suite, and a compressor.

# Blocks are short and many: the machine's pace may change between two of them.
measure_computing() {
	"$build/vmtax" run --out "$work/loops" --only cpu-int,cpu-float --blocks "${BENCH_BLOCKS:-40}" --memory 64M \
		--configs native,bare-metal --no-observe >"$work/loops.summary" || return
	programs xz || return 0
	# What a compressor is given to do: programs and libraries.
	cat /usr/bin/[a-m]* /usr/lib/x86_64-linux-gnu/lib[a-m]*.so* 2>/dev/null | head -c 32M >"$work/input"
	memory=192M compare xz 3 native,hosted,bare-metal "$(command -v xz)" -T1 -c input
}

# every_block CONFIG: "middle lowest highest" of the blocks' ratios against native: a promise for each.
every_block() {
	for block in 1 2 3; do
		for config in native "$1"; do
			cells "$work/xz/runs.csv" life_ns "block=$block" "config=$config" status=ok | tail -n 1
		done | paste - -
	done | awk 'NF == 2 { print $2 / $1 }' | sort -n | paste -s - | awk '{ print $2, $1, $3 }'
}

show_computing() {
	for workload in cpu-int cpu-float; do
		figure "$workload, bare-metal / native" x "$(overhead loops $workload bare-metal time)" +- 0.02
	done
	[ -d "$work/xz" ] || return 0
	figure "xz -T1, 32 MiB of programs, bare-metal / native" x "$(every_block bare-metal)" '<=' 1.03
	figure "the same, hosted / native" x "$(every_block hosted)" '<=' 1.10
}
