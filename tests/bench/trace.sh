# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What tracing costs whom it watches, beside perf record of the same events; how fast a trace is read again, and in how
# much memory.
batches=150 # of 1000 system calls, each of which is two events

# watched WATCHER PROGRAM ARGUMENT...: runs PROGRAM while WATCHER, which is given its PID, watches it.
watched() (
	watcher=$1
	shift
	rm -f "$work/gate" && mkfifo "$work/gate"
	# shellcheck disable=SC2016
	sh -c 'read -r go; exec "$@"' sh "$@" <"$work/gate" &
	pid=$!
	exec 9>"$work/gate"
	"$watcher" "$pid" >"$work/said" 2>&1 9>&- &
	watcher=$!
	until grep -q perf_event "/proc/$watcher/maps" || ! kill -0 $watcher; do sleep 0.1; done 2>/dev/null
	sleep 0.3
	echo go >&9
	wait $pid
	wait $watcher
)

with_vmtax() {
	exec "$build/vmtax" account --for 60s --record "$trace" --csv --pid "$1"
}

with_perf() {
	exec perf record -m 256 -e raw_syscalls:sys_enter,raw_syscalls:sys_exit,sched:sched_waking --switch-events \
		-o "$work/perf.data" -p "$1"
}

# events TRACE: how many there are in it.
events() {
	"$build/vmtax" account "$1" 2>/dev/null | tr -s '\n ' ' ' | sed -n 's/.*from \([0-9]*\) events.*/\1/p'
}

# time_call COMMAND...: ns that a system call takes which does nothing: of the batches, the median.
time_call() {
	"$@" "$build/tests/bench/ops" "$batches" served | cells - ns name=served | middle | cut -d' ' -f1
}

# Events made by events kept: what is lost costs less.
lost() {
	events "$trace" | awk -v made=$((2000 * batches)) '$1 > 0 { print ($1 < made ? made / $1 : 1) }'
}

measure_trace() {
	trace=$work/calls.trace
	for round in $(seq 7); do
		echo "$round,plain,$(time_call command)"
		echo "$round,vmtax,$(time_call watched with_vmtax),$(lost)"
		programs perf && echo "$round,perf,$(time_call watched with_perf)"
	done >"$work/trace.calls"

	# A short one, one of eight times as many events, and one of a virtual machine whose every exit is a request.
	trace=$work/short.trace && watched with_vmtax "$build/tests/bench/ops" 200 served >/dev/null
	trace=$work/long.trace && watched with_vmtax "$build/tests/bench/ops" 1600 served >/dev/null
	trace=$work/guest.trace && watched with_vmtax "$build/vmtax-monitor" --config hosted --memory 64M --timeout 60s -- \
		"$build/tests/guest/forever" call 60000 2>/dev/null
	for name in short long guest; do
		compare "read.$name" 7 native "$build/vmtax" account "$work/$name.trace" --csv || return
	done
}

# per_event: what an event costs with vmtax and with perf, two events a call; each round. All that ours cost is of what
# was kept; where perf loses some, that makes it look cheaper.
per_event() {
	awk -F, '
	$2 == "plain" { plain = $3 }
	$2 == "vmtax" { ours = ($3 - plain) / 2 * $4 }
	$2 == "perf" && $3 > plain && ours > 0 { print ours, ($3 - plain) / 2 }' "$work/trace.calls"
}

# rate NAME: million events of this trace that are read a second of CPU time.
rate() {
	cells "$work/read.$1/runs.csv" cpu_vcpu_ns status=ok | awk -v n="$(events "$work/$1.trace")" '$1 > 0 { print 1000 * n / $1 }'
}

# memory NAME: what reading it takes, in bytes.
memory() {
	cells "$work/read.$1/counters.csv" value probe=rusage event=max_resident
}

show_trace() {
	figure "an event traced by vmtax account" ns "$(per_event | middle)"
	figure "the same by perf record" ns "$(per_event | cut -d' ' -f2 | middle)"
	figure "vmtax account / perf record" x "$(per_event | awk '{ print $1 / $2 }' | middle)" "<=" 1
	figure "a trace read again (system calls), million events a second" M "$(rate long | middle)" ">=" 10
	figure "a trace read again (a VM's exits), million events a second" M "$(rate guest | middle)" ">=" 10
	figure "memory for that, of system calls" MiB "$(memory long | middle 1048576)"
	memory short >"$work/short"
	figure "the same / that of a trace an eighth as long" x \
		"$(memory long | paste - "$work/short" | awk '$2 > 0 { print $1 / $2 }' | middle)" "<=" 1.25
}
