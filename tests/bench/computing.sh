# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Programs that compute: two loops of the suite, and a compressor.

# Blocks are short and many: the machine's pace may change between two of them.
measure_computing() {
	"$build/vmtax" run --out "$work/loops" --only cpu-int,cpu-float --blocks "${BENCH_BLOCKS:-60}" --memory 64M \
		--configs native,bare-metal --no-observe >"$work/loops.summary" || return
	programs xz || return 0
	# What a compressor is given to do: programs and libraries.
	cat /usr/bin/[a-m]* /usr/lib/x86_64-linux-gnu/lib[a-m]*.so* 2>/dev/null | head -c 32M >"$work/input"
	compare xz "$rounds" native,hosted,bare-metal "$(command -v xz)" -1 -T1 -c input
}

show_computing() {
	for workload in cpu-int cpu-float; do
		figure "$workload, bare-metal / native" x "$(overhead loops $workload bare-metal time)" +- 0.02
	done
	[ -d "$work/xz" ] || return 0
	figure "xz -1 -T1, 32 MiB of programs, bare-metal / native" x "$(overhead xz xz bare-metal time)" '<=' 1.03
	figure "the same, hosted / native" x "$(overhead xz xz hosted time)" '<=' 1.10
}
