# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What tracing costs whom it watches, beside perf record of the same events, and how fast a trace is read again.
calls=300000

# time_calls: ns that system calls which do nothing take a plain program, each.
time_calls() {
	"$build/workloads/syscall" "$calls" 2>&1 >/dev/null | sed -n 's/.*roi_ns=\([0-9]*\) ops=\([0-9]*\).*/\1 \2/p' |
		awk '{ print $1 / $2 }'
}

# watched COMMAND...: the same while COMMAND watches it; its PID is appended to that.
watched() (
	rm -f "$work/gate" && mkfifo "$work/gate"
	sh -c 'read -r go; exec "$0" "$1" 2>&1 >/dev/null' "$build/workloads/syscall" "$calls" <"$work/gate" >"$work/told" &
	pid=$!
	exec 9>"$work/gate"
	"$@" "$pid" >/dev/null 2>"$work/said" 9>&- &
	watcher=$!
	sleep 0.5
	echo go >&9
	wait $pid
	kill -INT $watcher 2>/dev/null
	wait $watcher
	sed -n 's/.*roi_ns=\([0-9]*\) ops=\([0-9]*\).*/\1 \2/p' "$work/told" | awk '{ print $1 / $2 }'
)

with_vmtax() {
	"$build/vmtax" account --for 60s --record "$work/calls.trace" --csv --pid "$1"
}

with_perf() {
	exec perf record -q -m 256 -e raw_syscalls:sys_enter,raw_syscalls:sys_exit,sched:sched_wakeup \
		--switch-events -o "$work/perf.data" -p "$1"
}

measure_trace() {
	"$build/vmtax" list probes --json | jq -e '.[] | select(.probe == "trace" or .name == "trace")' >/dev/null || return 1
	for round in $(seq 7); do
		echo "$round,plain,$(time_calls)"
		echo "$round,vmtax,$(watched with_vmtax)"
		programs perf && echo "$round,perf,$(watched with_perf)"
	done >"$work/trace.calls"
	events=$("$build/vmtax" account "$work/calls.trace" | tr -s '\n ' ' ' | sed -n 's/.*from \([0-9]*\) events.*/\1/p')
	for round in $(seq 7); do
		/usr/bin/env bash -c "TIMEFORMAT='%U %S'; time '$build/vmtax' account '$work/calls.trace' --csv >/dev/null" 2>&1 |
			awk -v n="${events:-0}" 'NF == 2 && $1 + $2 > 0 { print n / ($1 + $2) / 1e6 }'
	done >"$work/trace.rate"
}

# per_event NAME: ns more an event than without, two events a call.
per_event() {
	awk -F, -v name="$1" '$2 == "plain" { plain = $3 } $2 == name && $3 > 0 { print ($3 - plain) / 2 }' "$work/trace.calls"
}

show_trace() {
	figure "an event traced by vmtax account" ns "$(per_event vmtax | middle)"
	figure "the same by perf record" ns "$(per_event perf | middle)"
	per_event perf >"$work/perf.cost"
	figure "vmtax account / perf record" x \
		"$(per_event vmtax | paste - "$work/perf.cost" | awk '$2 > 0 { print $1 / $2 }' | middle)" "<=" 1
	figure "a trace read again, million events a second of CPU time" M "$(middle <"$work/trace.rate")" ">=" 10
}
