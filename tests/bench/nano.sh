# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Whether what the nano suite says of events agrees with itself, and with a program that has nothing of vmtax in it.

turns=12 # one that is disturbed shall not make an interval

# Each turn: a block of the events, and the same two port writes by hand.
measure_nano() {
	for round in $(seq "$turns"); do
		"$build/vmtax" run --suite nano --only null-exit,null-ring,port-write-monitor,port-write-kernel --blocks 1 \
			--configs bare-metal --out "$work/nano.$round" >"$work/summary" 2>"$work/messages" ||
			{ cat "$work/messages" >&2 && return 1; }
		"$build/tests/bench/bare_kvm" 300 >"$work/bare.$round" || return
	done
}

# event NAME COLUMN: the column of costs.csv of each turn.
event() {
	for round in $(seq "$turns"); do cells "$work/nano.$round/costs.csv" "$2" "event=$1" config=bare-metal; done
}

# stages NAME STAGE...: the sum of the medians of these stages of its null requests; each turn.
stages() {
	event=$1
	shift
	for round in $(seq "$turns"); do
		cells "$work/nano.$round/runs.csv" run "workload=$event" | while read -r run; do
			for stage in "$@"; do
				cells "$work/nano.$round/requests.csv" p50_ns "run=$run" kind=null "stage=$stage"
			done | awk '{ sum += $1 } END { print NR ? sum : "NA" }'
		done | middle | cut -d' ' -f1
	done
}

# each OPERATION FIRST SECOND: what it makes of two columns of numbers, line by line.
each() {
	paste "$2" "$3" | awk -v operation="$1" '$1 + 0 == $1 && $2 + 0 == $2 && $2 != 0 {
		print operation == "-" ? $1 - $2 : operation == "+" ? $1 + $2 : $1 / $2 }'
}

show_nano() {
	for name in null-exit null-ring port-write-monitor port-write-kernel; do event "$name" median_ns >"$work/$name"; done
	stages null-exit monitor-in host monitor-out >"$work/monitor"
	stages null-exit total >"$work/exit.total"
	stages null-ring total >"$work/ring.total"
	stages null-ring transport-in monitor-in host monitor-out transport-out >"$work/ring.sum"
	each - "$work/null-exit" "$work/exit.total" >"$work/exit.guest"
	each - "$work/null-ring" "$work/ring.total" >"$work/ring.guest"
	each + "$work/port-write-monitor" "$work/monitor" >"$work/way"
	each + "$work/way" "$work/exit.guest" >"$work/whole"
	each + "$work/ring.sum" "$work/ring.guest" >"$work/ring.whole"
	figure "null-exit" ns "$(middle <"$work/null-exit")"
	figure "port-write-monitor" ns "$(middle <"$work/port-write-monitor")"
	figure "stages of null-exit in the monitor" ns "$(middle <"$work/monitor")"
	figure "the guest's share of null-exit, before and after" ns "$(middle <"$work/exit.guest")"
	figure "null-exit / (port write + monitor + guest)" x "$(each / "$work/null-exit" "$work/whole" | middle)" +- 0.1
	figure "null-ring" ns "$(middle <"$work/null-ring")"
	figure "the guest's share of null-ring, before and after" ns "$(middle <"$work/ring.guest")"
	figure "null-ring / (its stages + the guest's share)" x "$(each / "$work/null-ring" "$work/ring.whole" | middle)" +- 0.1

	for round in $(seq "$turns"); do
		for name in user kernel; do cells "$work/bare.$round" ns "name=$name" | middle | cut -d' ' -f1 >>"$work/bare.$name"; done
	done
	each - "$work/bare.user" "$work/bare.kernel" | middle >"$work/by-hand"
	figure "to the monitor rather than the kernel, by hand" ns "$(cat "$work/by-hand")"
	figure "port-write-monitor less port-write-kernel" ns \
		"$(each - "$work/port-write-monitor" "$work/port-write-kernel" | middle)" overlaps "$(cat "$work/by-hand")"
}
