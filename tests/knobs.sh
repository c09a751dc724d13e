#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Each value of each knob does what it says: seen in the monitor's counts, in /proc, in what is in force.

build=$1
monitor=$build/vmtax-monitor
. "$VMTAX_SRC/tests/knobs.lib"

cores=$(nproc)

log --set transport=exit && [ "$(count exits io)" -ge 300 ] && in_force transport=exit
result transport-exit
log --set transport=eventfd && [ "$(count exits io)" -lt 60 ] && in_force transport=eventfd
result transport-eventfd
if [ "$cores" -ge 2 ]; then
	log --set transport=ring && [ "$(count exits io)" -lt 60 ] && in_force transport=ring
	result transport-ring
else
	echo "skip transport-ring: it needs two cores"
fi

log --set completion=inject && [ "$(sed -n 's/^interrupts: //p' err)" -ge 300 ]
result completion-inject
log --set completion=poll && [ "$(sed -n 's/^interrupts: //p' err)" -eq 0 ]
result completion-poll

# Whoever has the interrupt controller has the halts.
log --set irqchip=user --set transport=ring && { [ "$cores" -lt 2 ] || [ "$(count exits hlt)" -ge 200 ]; }
result irqchip-user
log --set irqchip=kernel --set transport=ring && [ "$(count exits hlt)" -eq 0 ]
result irqchip-kernel

try --set clock=exit -- "$build/workloads/clock" 200 && [ "$(count exits io)" -ge 200 ]
result clock-exit
# The time of a read belongs to whoever answers it, so the guest kernel waits.
try --set clock=exit -- "$build/workloads/clock" 2000 &&
	[ "$(count 'guest kernel' waiting)" -gt "$(count 'guest kernel' busy)" ]
result clock-exit-waits
try --set clock=tsc -- "$build/workloads/clock" 200 && [ "$(count exits io)" -lt 60 ]
result clock-tsc

# A sleep is the host's, or the guest polls the time and asks nobody.
try --set idle=exit -- "$busybox" usleep 20000 && [ "$(count requests clock_nanosleep)" -eq 1 ]
result idle-exit
try --set idle=poll -- "$busybox" usleep 20000 && [ "$(count requests clock_nanosleep)" -eq 0 ]
result idle-poll

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
result backend-uring
look --set backend=buffered && [ "$(uring)" -eq 0 ]
seen=$?
finish && [ $seen -eq 0 ]
result backend-buffered

look --set memory=lazy4k && [ "$(kib Locked)" -eq 0 ] && [ "$(kib Anonymous)" -lt 20000 ]
seen=$?
finish && [ $seen -eq 0 ]
result memory-lazy4k
look --set memory=locked4k && locked 65536 && [ "$(kib Anonymous)" -ge 65536 ] &&
	[ "$(kib AnonHugePages)" -eq 0 ]
seen=$?
finish && [ $seen -eq 0 ]
result memory-locked4k
look --set memory=locked-huge && locked 65536 && [ "$(kib AnonHugePages)" -ge 58000 ]
seen=$?
finish && [ $seen -eq 0 ]
result=$?
if grep -q 'fell back' err; then
	echo "skip memory-locked-huge: $(sed 's/.*fell back/fell back/' err | head -n 1)"
else
	(exit $result)
	result memory-locked-huge
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
	result scheduling-shared
	look --set transport=ring --set scheduling=pinned && [ "$(policy)" -eq 0 ] &&
		allowed | grep -qx '[0-9][0-9]* [0-9][0-9]* ' && [ "$(allowed | cut -d' ' -f1)" != "$(allowed | cut -d' ' -f2)" ]
	seen=$?
	finish && [ $seen -eq 0 ]
	result scheduling-pinned
	look --set transport=ring --drivers 3 && [ "$(allowed | wc -w)" -eq 4 ]
	seen=$?
	finish && [ $seen -eq 0 ]
	result drivers
	# Threads in want of more cores than there are, and drivers that take turns with them.
	wrong=
	for combination in "completion=poll --set idle=poll" "completion=inject --set idle=poll" "completion=poll" \
		"completion=inject --set irqchip=user"; do
		for drivers in 1 2; do
			timeout -s KILL 60 "$monitor" --memory 96M --set transport=ring --set scheduling=pinned --set $combination \
				--drivers $drivers -- "$build/tests/guest/crowd" >out 2>err && ! grep -q '^not ok' out ||
				wrong="$wrong $combination/$drivers"
			# The core that all share has each driver asleep before whoever began it goes on.
			for processes in 1 3; do
				timeout -s KILL 60 taskset -c "${here%%[,-]*}" "$monitor" --memory 96M --set transport=ring \
					--set $combination --drivers $drivers -- "$build/tests/guest/crowd" $processes >out 2>err &&
					! grep -q '^not ok' out || wrong="$wrong $combination/$drivers/$processes"
			done
		done
	done
	[ -z "$wrong" ]
	result "crowd$wrong"
	# Requests do not wait for a driver that has no core: this one shares the core of a vCPU that polls.
	mkfifo go
	"$monitor" --verbose --memory 96M --timeout 50s --set transport=ring --set completion=poll --set idle=poll -- \
		"$busybox" sh -c 'echo >waits; read x <go; i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done >numbers' >out 2>err &
	pid=$!
	for i in $(seq 500); do
		[ ! -e waits ] || break
		sleep 0.01
	done
	taskset -a -p -c "${here%%[,-]*}" $pid >moved
	echo >go
	wait $pid && [ "$(tail -n 1 numbers)" = 2999 ] && [ "$(count requests write)" -ge 3000 ] &&
		grep -q 'taken back from a driver that had no core: [1-9]' err
	result driver-without-a-core
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
	result scheduling-fifo
fi

# The driver thread is still there when the program has ended, for probes to read what it used.
if [ "$cores" -ge 2 ]; then
	"$build/vmtax" run --out observed --configs native,bare-metal --blocks 1 -- "$build/workloads/log" log.txt 50 \
		>out 2>err && grep -q ',schedstat,driver0,cpu,' observed/counters.csv
	result driver-observed
else
	echo "skip driver-observed: a driver needs a second core"
fi
