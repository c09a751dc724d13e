# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What a monitor takes to begin, to end, and in memory.

measure_life() {
	"$build/vmtax" run --out "$work/start" --only syscall --blocks 20 --configs native,hosted-classic \
		--no-observe >"$work/start.summary"
}

# setup COLUMN: what start and end of the monitor with irqchip=user take, in ms.
setup() {
	cells "$work/start/runs.csv" "$1" config=hosted-classic irqchip=user status=ok | middle 1e6
}

show_life() {
	figure "start of process to first instruction" ms "$(setup setup_ns)" '<=' 5
	figure "teardown" ms "$(setup teardown_ns)" '<=' 5
	figure "memory of the monitor beyond the guest's, peak" MiB \
		"$(for table in "$work"/*/runs.csv; do cells "$table" rss_monitor_bytes status=ok; done | highest 1048576)" '<=' 6
}
