#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Values that cannot be set fall back and say so; and every combination of those that carry requests gives the right
# answers, with the timer ticking, too.

build=$1
monitor=$build/vmtax-monitor
. "$VMTAX_SRC/tests/knobs.lib"

# without CAPABILITY COMMAND...: without that right, be it from root or from a limit.
without() {
	capability=$1
	shift
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set "-$capability" --inh-caps "-$capability" "$@"
	else
		"$@"
	fi
}

# falls ASKED INFORCE WHY: whether err says so in one line, and INFORCE is in force.
falls() {
	[ "$(grep -c '^vmtax-monitor: ' err)" -eq 1 ] && grep -q "^vmtax-monitor: $1 fell back to ${2#*=}: .*$3" err &&
		in_force "$2"
}

hello="$busybox echo hello"
for row in memory=malloc-huge/memory=lazy4k; do
	try --set "${row%/*}" -- $hello && falls "${row%/*}" "${row#*/}" . && grep -qx hello out
	result "fallback-${row%/*}"
done
(
	export monitor
	taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" timeout -s KILL 30 "$monitor" --verbose --memory 32M \
		--set transport=ring -- $hello >out 2>err
) && falls transport=ring transport=exit 'second core' && grep -qx hello out
result fallback-one-core
(
	ulimit -l 0
	without ipc_lock "$monitor" --verbose --memory 32M --set memory=locked-huge -- $hello >out 2>err
) && falls memory=locked-huge memory=lazy4k 'ulimit -l' && grep -qx hello out
result fallback-locked
# Enough may be locked for the knob, and not for the memory: found out when it is populated.
if (ulimit -l 20000) 2>/dev/null; then
	(
		ulimit -l 20000
		without ipc_lock "$monitor" --verbose --memory 32M --set memory=locked4k -- $hello >out 2>err
	) && falls memory=locked4k memory=lazy4k 'cannot be locked' && grep -qx hello out
	result fallback-locked-late
else
	echo "skip fallback-locked-late: ulimit -l cannot be raised to 20000"
fi
(without sys_nice prlimit --rtprio=0 "$monitor" --verbose --memory 32M --set scheduling=fifo -- $hello >out 2>err) &&
	falls scheduling=fifo scheduling=pinned 'ulimit -r' && grep -qx hello out
result fallback-fifo

# The driver's kicks, which come when they come, disturb neither sleeps nor file I/O.
wrong=
for again in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	log --set transport=ring --set completion=inject --set irqchip=user --set backend=uring || wrong="$wrong $again"
done
[ -z "$wrong" ]
result kicks-files
try --set transport=ring --set completion=inject --set irqchip=user -- "$build/tests/guest/time" &&
	! grep -q '^not ok' out
result kicks-sleeps

# A timer that ticks disturbs neither threads, signals, processes nor what waits.
for irqchip in kernel user; do
	for config in hosted bare-metal; do
		for program in threads signals processes; do
			try --config $config --memory 96M --set irqchip=$irqchip --set tick=1000 -- "$build/tests/guest/$program-musl" &&
				! grep -q '^not ok' out && grep -q '^ok' out
			result "ticks-$irqchip-$config-$program"
		done
	done
done

# Combinations: a word on the console, then a file written and read.
for transport in exit eventfd ring; do
	for completion in inject poll; do
		for irqchip in kernel user; do
			for backend in buffered uring; do
				for idle in exit poll; do
					combination="--set transport=$transport --set completion=$completion"
					combination="$combination --set irqchip=$irqchip --set backend=$backend --set idle=$idle"
					try $combination -- $hello && grep -qx hello out && rm -f kv.log &&
						try $combination -- "$build/workloads/kv" kv.log 60 &&
						grep -qx "$(cat kv.expected 2>/dev/null || "$build/workloads/kv" native.log 60 2>/dev/null |
							tee kv.expected)" out && [ "$(wc -c <kv.log)" -eq 960 ]
					result "$transport-$completion-$irqchip-$backend-$idle"
				done
			done
		done
	done
done
