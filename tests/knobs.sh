#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Each value of each knob does what it says: seen in the monitor's counts, in /proc, in what is in force; values
# that cannot be set fall back and say so; and every combination of those that carry requests gives the right
# answers.

build=$1
monitor=$build/vmtax-monitor

if ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then
	echo "skip knobs: /dev/kvm is missing, or not ours to use"
	exit 0
fi

verdict() {
	if [ $? -eq 0 ]; then echo "ok $1"; else echo "not ok $1: $(tr '\n' '|' <err)"; fi
}

# count LINE WORD: the number behind WORD= in the line of err that begins with LINE; 0 where it is not there.
count() {
	sed -n "s/^$1:.* $2=\([0-9]*\).*/\1/p" err | grep . || echo 0
}

# try OPTION... -- PROGRAM ARGUMENT...: stdout and stderr in out and err; whether it ended well.
try() {
	timeout -s KILL 30 "$monitor" --verbose --memory 32M --timeout 20s "$@" >out 2>err
}

in_force() {
	grep -q "^in force: .*$1" err
}

log() {
	try "$@" -- "$build/workloads/log" log.txt 300 && grep -qx 'log 4ae5642b56cc2072' out &&
		[ "$(count requests write)" -ge 300 ] && [ "$(grep -c served log.txt)" -eq 300 ]
}

cores=$(nproc)

log --set transport=exit && [ "$(count exits io)" -ge 300 ] && in_force transport=exit
verdict transport-exit
if [ "$cores" -ge 2 ]; then
	log --set transport=ring && [ "$(count exits io)" -lt 60 ] && in_force transport=ring
	verdict transport-ring
else
	echo "skip transport-ring: it needs two cores"
fi

log --set completion=inject && [ "$(sed -n 's/^interrupts: //p' err)" -ge 300 ]
verdict completion-inject
log --set completion=poll && [ "$(sed -n 's/^interrupts: //p' err)" -eq 0 ]
verdict completion-poll

# Whoever has the interrupt controller has the halts.
log --set irqchip=user --set transport=ring && { [ "$cores" -lt 2 ] || [ "$(count exits hlt)" -ge 200 ]; }
verdict irqchip-user
log --set irqchip=kernel --set transport=ring && [ "$(count exits hlt)" -eq 0 ]
verdict irqchip-kernel

try --set clock=exit -- "$build/workloads/clock" 200 && [ "$(count exits io)" -ge 200 ]
verdict clock-exit
# The time of a read belongs to whoever answers it, so the guest kernel waits.
try --set clock=exit -- "$build/workloads/clock" 2000 &&
	[ "$(count 'guest kernel' waiting)" -gt "$(count 'guest kernel' busy)" ]
verdict clock-exit-waits
try --set clock=tsc -- "$build/workloads/clock" 200 && [ "$(count exits io)" -lt 60 ]
verdict clock-tsc

# A sleep is the host's, or the guest polls the time and asks nobody.
busybox=$(command -v busybox)
try --set idle=exit -- "$busybox" usleep 20000 && [ "$(count requests clock_nanosleep)" -eq 1 ]
verdict idle-exit
try --set idle=poll -- "$busybox" usleep 20000 && [ "$(count requests clock_nanosleep)" -eq 0 ]
verdict idle-poll

# look OPTION...: starts a program that waits, with its monitor's process id in pid. finish: ends it.
mkfifo in
look() {
	: >out
	exec 3<>in
	"$monitor" --memory 64M --timeout 20s "$@" -- "$build/tests/guest/console-musl" <in >out 2>err 3>&- &
	pid=$!
	echo x >&3
	tries=0
	until [ -s out ]; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] && [ -d /proc/$pid ] || return 1
		sleep 0.01
	done
}

finish() {
	exec 3>&-
	wait $pid
	[ $? -eq 3 ]
}

# Kilobytes of NAME in all mappings of the monitor.
kib() {
	awk -v name="$1:" '$1 == name { sum += $2 } END { print sum + 0 }' /proc/$pid/smaps
}

# Whether at least N kilobytes are locked. AddressSanitizer makes mlock do nothing: then nobody can tell.
locked() {
	grep -q __asan_init "$monitor" || [ "$(kib Locked)" -ge "$1" ]
}

uring() {
	ls -l /proc/$pid/fd | grep -c 'anon_inode:\[io_uring\]'
}

look --set backend=uring && [ "$(uring)" -eq 1 ]
seen=$?
finish && [ $seen -eq 0 ]
verdict backend-uring
look --set backend=buffered && [ "$(uring)" -eq 0 ]
seen=$?
finish && [ $seen -eq 0 ]
verdict backend-buffered

look --set memory=lazy4k && [ "$(kib Locked)" -eq 0 ] && [ "$(kib Anonymous)" -lt 20000 ]
seen=$?
finish && [ $seen -eq 0 ]
verdict memory-lazy4k
look --set memory=locked4k && locked 65536 && [ "$(kib Anonymous)" -ge 65536 ] &&
	[ "$(kib AnonHugePages)" -eq 0 ]
seen=$?
finish && [ $seen -eq 0 ]
verdict memory-locked4k
look --set memory=locked-huge && locked 65536 && [ "$(kib AnonHugePages)" -ge 58000 ]
seen=$?
finish && [ $seen -eq 0 ]
result=$?
if grep -q 'fell back' err; then
	echo "skip memory-locked-huge: $(sed 's/.*fell back/fell back/' err | head -n 1)"
else
	(exit $result)
	verdict memory-locked-huge
fi

# The cores each thread may use, the vCPU's first (KVM adds threads of its own), and the vCPU's policy (proc(5):
# 1 is SCHED_FIFO).
allowed() {
	for task in /proc/$pid/task/*; do
		! grep -qx console-musl "$task/comm" || sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$task/status"
	done | tr '\n' ' '
}

policy() {
	sed 's/.*) //' /proc/$pid/task/$pid/stat | cut -d' ' -f39
}

here=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
if [ "$cores" -ge 2 ]; then
	look --set transport=ring --set scheduling=shared && [ "$(allowed)" = "$here $here " ] && [ "$(policy)" -eq 0 ]
	seen=$?
	finish && [ $seen -eq 0 ]
	verdict scheduling-shared
	look --set transport=ring --set scheduling=pinned && [ "$(policy)" -eq 0 ] &&
		allowed | grep -qx '[0-9][0-9]* [0-9][0-9]* ' && [ "$(allowed | cut -d' ' -f1)" != "$(allowed | cut -d' ' -f2)" ]
	seen=$?
	finish && [ $seen -eq 0 ]
	verdict scheduling-pinned
	look --set transport=ring --drivers 3 && [ "$(allowed | wc -w)" -eq 4 ]
	seen=$?
	finish && [ $seen -eq 0 ]
	verdict drivers
	# Threads in want of more cores than there are, and drivers that take turns with them.
	wrong=
	for combination in "completion=poll --set idle=poll" "completion=inject --set idle=poll" "completion=poll" \
		"completion=inject --set irqchip=user"; do
		for drivers in 1 2; do
			timeout -s KILL 60 "$monitor" --memory 96M --set transport=ring --set scheduling=pinned --set $combination \
				--drivers $drivers -- "$build/tests/guest/crowd" >out 2>err && ! grep -q '^not ok' out ||
				wrong="$wrong $combination/$drivers"
		done
	done
	[ -z "$wrong" ]
	verdict "crowd$wrong"
else
	echo "skip scheduling: it takes two cores to see it"
fi
look --set scheduling=fifo && [ "$(policy)" -eq 1 ] && allowed | grep -qx '[0-9][0-9]* '
seen=$?
finish && [ $seen -eq 0 ]
result=$?
if grep -q 'scheduling=fifo fell back to pinned: SCHED_FIFO is not allowed' err; then
	echo "skip scheduling-fifo: not allowed here"
else
	(exit $result)
	verdict scheduling-fifo
fi

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
for row in transport=eventfd/transport=exit guest-pages=2m/guest-pages=4k \
	memory=malloc-huge/memory=lazy4k; do
	try --set "${row%/*}" -- $hello && falls "${row%/*}" "${row#*/}" . && grep -qx hello out
	verdict "fallback-${row%/*}"
done
(
	export monitor
	taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" timeout -s KILL 30 "$monitor" --verbose --memory 32M \
		--set transport=ring -- $hello >out 2>err
) && falls transport=ring transport=exit 'second core' && grep -qx hello out
verdict fallback-one-core
(
	ulimit -l 0
	without ipc_lock "$monitor" --verbose --memory 32M --set memory=locked-huge -- $hello >out 2>err
) && falls memory=locked-huge memory=lazy4k 'ulimit -l' && grep -qx hello out
verdict fallback-locked
# Enough may be locked for the knob, and not for the memory: found out when it is populated.
if (ulimit -l 20000) 2>/dev/null; then
	(
		ulimit -l 20000
		without ipc_lock "$monitor" --verbose --memory 32M --set memory=locked4k -- $hello >out 2>err
	) && falls memory=locked4k memory=lazy4k 'cannot be locked' && grep -qx hello out
	verdict fallback-locked-late
else
	echo "skip fallback-locked-late: ulimit -l cannot be raised to 20000"
fi
(without sys_nice prlimit --rtprio=0 "$monitor" --verbose --memory 32M --set scheduling=fifo -- $hello >out 2>err) &&
	falls scheduling=fifo scheduling=pinned 'ulimit -r' && grep -qx hello out
verdict fallback-fifo

# The driver thread is still there when the program has ended, for probes to read what it used.
if [ "$cores" -ge 2 ]; then
	"$build/vmtax" run --out observed --configs native,bare-metal --blocks 1 -- "$build/workloads/log" log.txt 50 \
		>out 2>err && grep -q ',schedstat,driver0,cpu,' observed/counters.csv
	verdict driver-observed
else
	echo "skip driver-observed: a driver needs a second core"
fi

# The driver's kicks, which come when they come, disturb neither sleeps nor file I/O.
wrong=
for again in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	log --set transport=ring --set completion=inject --set irqchip=user --set backend=uring || wrong="$wrong $again"
done
[ -z "$wrong" ]
verdict kicks-files
try --set transport=ring --set completion=inject --set irqchip=user -- "$build/tests/guest/time" &&
	! grep -q '^not ok' out
verdict kicks-sleeps

# Combinations: a word on the console, then a file written and read.
for transport in exit ring; do
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
					verdict "$transport-$completion-$irqchip-$backend-$idle"
				done
			done
		done
	done
done
