#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax account: processes whose time is known beforehand, and what a run's own traces say.
build=$1
vmtax=$1/vmtax
monitor=$1/vmtax-monitor
workloads=$1/workloads
hogs=

. "$VMTAX_SRC/tests/account.lib"

# Bad input.
"$vmtax" account >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 2 ] && grep -q 'pid' err
result nothing-to-account-for
why="status $("$vmtax" account --pid 999999999 >out 2>err; echo $?): $(cat err)"
grep -q 'no process' err
result no-such-process
# A process that has ended, but whose parent does not take notice, is none to watch.
(sleep 0.1 & echo $! >ended; exec sleep 20) & parent=$!
until grep -q ') Z' "/proc/$(cat ended)/stat" 2>/dev/null || ! kill -0 $parent; do sleep 0.05; done
"$vmtax" account --pid "$(cat ended)" --for 0.1s --record unborn >out 2>err
status=$?
why="status $status: $(cat err)"
kill $parent
[ $status -eq 77 ] || { [ $status -eq 1 ] && grep -q 'has ended' err && ! [ -s out ] && ! [ -e unborn ]; }
result ended-process
echo "workload,config" >notrace
"$vmtax" account notrace >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'no trace' err && ! [ -s out ]
result no-such-trace
"$vmtax" account notrace --csv=layer >out 2>err
why=$(cat err)
grep -q 'did you mean layers' err
result no-such-table

sleep 60 &
slept=$!
"$vmtax" account --pid $slept --for 0.1s >out 2>err
status=$?
if [ $status -eq 77 ]; then
	kill $slept
	echo "skip accounts: $(cat err)"
	exit 0
fi

# One that sleeps waits, and is said to.
account $slept 0.5s
[ $status -eq 0 ] && [ "$(share '^program' '^wait-io$')" -ge 98 ]
result sleeper
kill $slept

# One that computes does nothing else.
sh -c 'ulimit -t 600; while :; do :; done' & computing=$! tries=0 # ticks say what it does: on a busy machine one of them finds an interrupt
until account $computing 0.5s; [ "$(share '^program' '^guest-user$')" -ge 97 ] || [ $((tries += 1)) -ge 8 ]; do :; done
[ $tries -lt 8 ]
result computing
kill $computing

# Two that compute on one core have it by turns: each waits for what the other has of it, and for what others have, who
# get little beside so urgent ones. The scheduler says how much of the core the two had; alone, that is all of it.
# Where there is no other core, who watches needs his part of it.
urgency=-20
[ "$(nproc)" -gt 1 ] || urgency=0
urgently() { ulimit -t 600; exec taskset -c 0 nice -n $urgency sh -c 'while :; do :; done' 2>/dev/null; }
urgently & first=$!
urgently & second=$!
had() { cat /proc/$first/schedstat /proc/$second/schedstat | awk '{ n += $1 } END { printf "%.0f", n }'; }
near() { [ $((percent - $1)) -le 5 ] && [ $(($1 - percent)) -le 5 ]; }
tries=0
while [ $((tries += 1)) -le 5 ]; do
	began=$(date +%s%N) had=$(had)
	before=$(cut -d ' ' -f 2 /proc/$first/schedstat)
	account $first 1s
	had=$(($(had) - had)) took=$(($(date +%s%N) - began))
	# The scheduler counts a wait once it is over: the one that may be under way is with the next turn.
	turn=$(cut -d ' ' -f 3 /proc/$first/schedstat)
	turns=0
	while [ "$(cut -d ' ' -f 3 /proc/$first/schedstat)" = "$turn" ] && [ $((turns += 1)) -lt 200 ]; do sleep 0.05; done
	after=$(cut -d ' ' -f 2 /proc/$first/schedstat)
	waited=$(awk -F, '$3 == "wait-cpu" { n += $4 } END { printf "%.0f", n }' account.csv)
	all=$(awk -F, 'NR > 1 { n += $4 } END { printf "%.0f", n + (n == 0) }' account.csv)
	percent=$((100 * waited / all)) want=$((100 - 50 * had / took))
	near $want || near 50 && break # on one core who watches has so little of it that these figures are late
done
kill $first $second
why="$why: waited $waited of $all, $percent %, not $want %; the scheduler says $((after - before))"
[ $tries -le 5 ]
result two-on-a-core
# The scheduler's own figure covers a little more: what came before and after.
[ $((after - before)) -ge $((waited * 95 / 100)) ]
result as-the-scheduler-says

needs_kvm "accounts of virtual machines"

guests=$build/tests/guest
if ! [ -x "$guests/forever" ]; then
	echo "not ok guest-programs: there is no $guests/forever: make tests builds it"; exit 1
fi

# watch ARGUMENT... -- PROGRAM...: the account of a monitor, started with these arguments, that does not end by itself.
watch() {
	program=$*; program=${program#*-- } program=${program%% *}
	"$monitor" "$@" >/dev/null 2>said &
	watched=$!
	tries=0
	# Its thread has the program's name from when that is begun.
	until [ "$(cat /proc/$watched/comm 2>/dev/null)" = "${program##*/}" ] || [ $((tries += 1)) -gt 200 ]; do sleep 0.05; done
	sleep 0.2
	account $watched 1s
	kill -9 $watched 2>/dev/null || why="$why; the monitor had ended: $(cat said)"
	wait $watched 2>/dev/null
}

# least PER_CENT THREADS LAYERS ARGUMENT...: the same, whose threads spend that much there. Of one that does nothing else
# ticks may have to tell: on a busy machine it may take some tries.
least() {
	percent=$1 threads=$2 layers=$3 try=0
	shift 3
	while [ $((try += 1)) -le 8 ]; do
		watch "$@"
		[ "$(share "$threads" "$layers")" -lt "$percent" ] || return 0
	done
	return 1
}

least 97 '^vcpu' '^guest-user$' --config hosted -- "$workloads/cpu-int" 100000M
result guest-computes
watch --config hosted -- /bin/busybox sleep 100
[ "$(share '^(vcpu|program)' '^wait-io$')" -ge 98 ]
result guest-sleeps

# Where KVM tells of entries and exits, what it does for a guest that does nothing else shows.
watch --config hosted -- "$guests/forever" cpuid
if "$vmtax" account trace --csv=exits | grep -qE '^1,"?(cpuid|CPUID)'; then
	[ "$(share '^vcpu' '^hypervisor$')" -ge 90 ]
	result exits-are-the-hypervisors
	# What lies between entry and exit and is not the guest's was found out beforehand, and is told apart.
	grep -q '^1,vcpu .*,hypervisor,.*,exact$' account.csv && grep -q '^1,vcpu .*,hypervisor,.*,inferred$' account.csv
	result switches-are-inferred
else
	echo "skip exits-are-the-hypervisors: this KVM does not tell of exits, and the hypervisor beneath serves cpuid"
fi

# A doorbell that ends in KVM: where that tells of no entry, RCU notes it.
tries=0 # where others have all CPUs, events may be lost
until watch --config hosted --set transport=eventfd -- "$guests/forever" doorbell; ! grep -q lost err || [ $((tries += 1)) -ge 5 ]; do :; done
[ "$(share '^vcpu' '^hypervisor$')" -ge 90 ]
result doorbells-are-the-hypervisors

watch --config hosted -- "$guests/forever" call
"$vmtax" account trace --csv=exits >exits.csv
calls=$(awk -F, '$3 == "host-kernel" { n += $4 } END { print n + 0 }' account.csv)
why="$why; host-kernel $calls; $(tr '\n' ' ' <exits.csv)"
grep -q 'monitor: io' exits.csv && [ "$calls" -gt 0 ]
result requests-are-exits
# Completion by interrupts: each is raised, and where KVM tells of that, injected.
grep -qE '^1,kvm: interrupt 0x30 raised,[1-9]' exits.csv
result interrupts-are-counted

# A monitor that is slow, by 2 ms a request, is seen to be: it has nearly all of the time.
VMTAX_TEST_DELAY=2000000
export VMTAX_TEST_DELAY
watch --config hosted -- "$guests/forever" call
unset VMTAX_TEST_DELAY
[ "$(share '^vcpu' '^monitor$')" -ge 80 ]
result slow-monitor

# A monitor of another make: QEMU, under KVM, with a guest of a few instructions (PVH: 32-bit, flat, ring 0).
cat >guest.S <<'E'
	.section .note.pvh, "a", @note
	.long	4, 4, 18	/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start
	.text
	.globl	start
start:	mov	$0x80, %dx
1:	mov	$1000, %ecx
2:	dec	%ecx
	jnz	2b
	out	%al, %dx
	jmp	1b
E
if command -v qemu-system-x86_64 >/dev/null && cc -m32 -c -o guest.o guest.S 2>err &&
	ld -m elf_i386 -Ttext=0x100000 -e start -o guest guest.o 2>err; then
	qemu-system-x86_64 -accel kvm -cpu qemu64 -M microvm,pit=off,pic=off,rtc=off,isa-serial=off -nodefaults \
		-no-user-config -display none -m 32 -kernel guest >said 2>&1 &
	watched=$!
	tries=0
	until ls -l "/proc/$watched/fd" 2>/dev/null | grep -q kvm-vcpu || [ $((tries += 1)) -gt 200 ]; do sleep 0.1; done
	account $watched 3s
	if kill -9 $watched 2>/dev/null; then
		"$vmtax" account trace --csv=exits >exits.csv
		why="$why; $(tr '\n' ' ' <exits.csv)"
		grep -q '^1,vcpu ' account.csv && grep -q '^1,thread ' account.csv && grep -q 'monitor: io' exits.csv
		result another-monitor
	else
		echo "skip another-monitor: QEMU does not run here: $(tail -n 1 said)"
	fi
	wait $watched 2>/dev/null
else
	echo "skip another-monitor: no QEMU, or no assembler for its guest"
fi

# What a run observes: every thread's time has an owner, and a trace and stamps find the same.
timeout 120 "$vmtax" run --only cpu-int,file-sync --configs native,hosted --blocks 2 --keep-trace --out run >out 2>err
status=$?
why="status $status: $(tail -n 2 err)"
[ $status -eq 0 ] && [ "$(find run/traces -name '*.trace' | wc -l)" -eq 4 ]
result traces-kept
"$vmtax" report --json=layers run >layers.json
"$vmtax" report --json=agreement run >agreement.json
why="$(cat agreement.json | jq -c '.[] | [.run, .thread, .layer, .stamps_ns, .trace_ns]' | tr '\n' ' ')"
jq -e 'group_by([.run, .thread]) | length >= 2 and all(.[]; (map(.trace_ns) | add) as $trace |
	(map(.stamps_ns) | add) as $stamps | ($trace - $stamps | fabs) < 0.001 * $stamps + 50000)' agreement.json >/dev/null
result sums-agree
jq -e '[.[] | select(.layer == "unattributed")] | length > 0 and all(.[]; .trace_ns > -1000)' agreement.json >/dev/null
result nothing-claimed-twice
"$vmtax" report --no-html run | tr '\n' ' ' | grep -o 'traces and stamps place [^(]*([^)]*)' | sed 's/^/# /; s/  */ /g'
for trace in run/traces/*.trace; do
	"$vmtax" account "$trace" >out 2>err || echo "$trace: $(cat err)"
done >bad
why=$(cat bad)
! [ -s bad ]
result traces-readable
# Null requests by exit: what stamps say of each part the trace says, too, within what tracing itself takes.
timeout 120 "$vmtax" run --configs hosted --set completion=poll --blocks 1 --filter 'wc -l' --out null \
	-- "$guests/forever" call 3000 >out 2>err
"$vmtax" report --json=agreement null >agreement.json
"$vmtax" report --json=counters null >counters.json
"$vmtax" report --json=exits null >exits.json
why="$(tail -n 2 err) $(jq -c '.[] | [.layer, .stamps_ns, .trace_ns]' agreement.json | tr '\n' ' ')"
jq -e '(map(.stamps_ns) | add) as $all | length > 0 and (map(.stamps_ns - .trace_ns | fabs) | add) / 2 < 0.2 * $all and
	([.[] | select(.layer == "hypervisor" or .layer == "monitor") | .trace_ns] | min) > 0' agreement.json >/dev/null
result null-requests
# Every call was a request of its own, and the observed repetition says so in each of its tables.
why=$(jq -c '.[] | [.run, .reason, .count]' exits.json | tr '\n' ' ')
jq -e '[.[] | select(.reason == "io" and .count >= 3000)] | length >= 2' exits.json >/dev/null
result requests-by-exit
jq -e '[.[] | select(.probe == "trace" and .event == "events_lost")] | length == 1 and .[0].value == 0' counters.json >/dev/null
result lost-events-are-counted
jq -e '[.[] | select(.probe == "trace" and .layer == "recorder" and .event == "cpu")] | length == 1 and .[0].value > 0' counters.json >/dev/null &&
	grep -q ',cpu,recorder,observer,cores,[0-9.e-]*[1-9]' null/host-footprint.csv
result recorder-is-counted
# What its children execute leaves the account of the first process to it, and of its driver.
timeout 120 "$vmtax" run --configs hosted --set transport=eventfd --blocks 1 --out children \
	-- /bin/busybox sh -c '/bin/busybox sleep 0.1; /bin/busybox sleep 0.1; echo' >out 2>err
"$vmtax" report --json=layers children >layers.json
"$vmtax" report --json=agreement children >agreement.json
why="$(tail -n 2 err) $(jq -c '.[] | [.run, .thread, .layer, .ns]' layers.json | tr '\n' ' ')"
jq -e 'group_by(.run) | length >= 2 and all(.[]; any(.[]; .thread == "driver0") and any(.[]; .thread == "vcpu0"))' \
	layers.json >/dev/null && jq -e '[.[] | select(.thread == "vcpu0")] | (map(.trace_ns) | add) as $all |
	[.[] | select(.layer == "unattributed")] | length == 1 and .[0].trace_ns < 0.1 * $all' agreement.json >/dev/null
result children-that-execute
# A driver that gets no core to see the program's end slept, or polled, until then and no longer.
for i in 1 2 3 4 5 6; do
	sh -c 'ulimit -t 600; while :; do :; done' &
	hogs="$hogs $!"
done
timeout 120 "$vmtax" run --configs hosted-modern,bare-metal --blocks 4 --no-observe --out late -- "$workloads/clock" 1K >out 2>err
kill $hogs
"$vmtax" report --json=layers late >layers.json
why="$(tail -n 2 err) $(jq -c '.[] | select(.thread == "driver0") | [.run, .layer, .ns]' layers.json | tr '\n' ' ')"
jq -e '[.[] | select(.thread == "driver0")] | length > 0 and (group_by(.run) | all(.[]; (map(.ns) | add) as $all |
	all(.[]; .layer != "unattributed" or .ns > -0.01 * $all - 50000)))' layers.json >/dev/null
result drivers-that-see-the-end-late
"$vmtax" run --only syscall --configs native --blocks 1 --no-observe --keep-trace --out none >out 2>err
why=$(cat err)
grep -q 'no traces are kept: nothing is observed' err && ! [ -e none/traces ]
result no-trace-is-said
