#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Guests that never end are ended by the watchdog; guests that attack their kernel and the monitor harm nobody but
# themselves: the monitor goes on, or says in one line why not, and never dies itself.
. "$VMTAX_SRC/tests/check.lib"

tests=$1/tests/guest
monitor=$1/vmtax-monitor

needs_kvm hostile

# try NAME STATUSES STDERR PROGRAM ATTACK OPTION...: whether the monitor ends with one of STATUSES, and its only
# words match the pattern STDERR (none where it is empty). A monitor that hangs is killed, and fails.
try() {
	name=$1
	statuses=$2
	words=$3
	program=$4
	attack=$5
	shift 5
	{ (exec timeout -s KILL 30 "$monitor" --memory 32M "$@" -- "$tests/$program" "$attack" >out 2>err); } 2>/dev/null
	status=$?
	sed -i '/ fell back to /d' err # not every machine has every value
	why=
	case " $statuses " in *" $status "*) ;; *) why="status $status, not $statuses: $(head -n 3 out err)" ;; esac
	if [ $status -eq 0 ]; then
		{ [ "$attack" = both-ways ] || grep -qx survived out; } && [ ! -s err ] || why="$why stdout: $(cat out) stderr: $(head -n 3 err)"
	elif [ $status -ge 124 ]; then
		[ "$(wc -l <err)" -eq 1 ] && grep -q "^vmtax-monitor: $words" err || why="$why stderr: $(head -n 3 err)"
	fi
	verdict "$name-$attack"
}

for config in hosted bare-metal; do
	for attack in loop-program loop-syscall loop-request stuck-read stuck-open stuck-poll stuck-sleep stuck-kernel \
		stuck-ring0 stuck-halt stuck-vmcall; do
		try $config 124 'timed out at rip 0x.*: raise --timeout' hostile $attack --config $config --timeout 200ms
	done
	# How a destroyed guest ends depends on the processor, that it ends, and that the monitor says so, does not.
	for attack in no-vectors no-kernel no-tables outside-memory; do
		try $config "124 125 132 133 135 139" . hostile $attack --config $config --timeout 3s
	done
	for attack in end-by-stop end-by-nonsense fault-without; do
		try $config 125 'the guest ended by signal .*, which ends nothing' hostile $attack --config $config
	done
	try $config 7 . hostile end-by-large-code --config $config
	for attack in wild-exit wild-ports cut-mapping race-exit; do
		try $config 0 . requests $attack --config $config --timeout 20s
	done
done

# A vCPU that begins anywhere does anything, but in its own VM.
for config in hosted hosted-classic bare-metal; do
	try $config "0 124 125 132 133 135 139" . requests wild-threads --config $config --timeout 1s
done

rings="buffered uring"
[ "$(nproc)" -ge 2 ] || {
	echo "skip ring: its driver needs a second core"
	rings=
}
for backend in $rings; do
	for completion in poll inject; do
		for attack in wild-ring change-served block-driver; do
			try ring-$backend-$completion 0 . requests $attack --timeout 20s --set transport=ring \
				--set backend=$backend --set completion=$completion
		done
		# It may lose its way in the ring, its own words with it, or have old answers written over its stack.
		try ring-$backend-$completion "0 124 139" . requests both-ways --timeout 500ms \
			--set transport=ring --set backend=$backend --set completion=$completion
	done
done
try user-irqchip 0 . requests wild-exit --timeout 20s --config hosted-classic --set backend=uring
try user-irqchip 124 'timed out' hostile stuck-halt --timeout 200ms --config hosted-classic

# A program that forks without end has as many processes as it may, and all end with their time.
for config in hosted bare-metal; do
	timeout -s KILL 60 "$monitor" --memory 32M --config $config --max-processes 9 --timeout 50s -- \
		"$tests/bomb" few 9 >out 2>err </dev/null
	status=$?
	why="status $status: $(grep -v '^ok' out | head -n 3) $(head -n 3 err)"
	[ $status -eq 0 ] && [ "$(grep -c '^ok' out)" -eq 9 ]
	result $config-bomb-few
	cp "$tests/bomb" bomb-$config
	timeout -s KILL 60 "$monitor" --memory 32M --config $config --max-processes 9 --timeout 1s -- ./bomb-$config \
		>out 2>err </dev/null
	status=$?
	left=9
	for try in $(seq 50); do
		left=$(cat /proc/[0-9]*/comm 2>/dev/null | grep -cx "bomb-$config")
		[ "$left" -eq 0 ] && break
		sleep 0.2
	done
	why="status $status, $left processes left: $(head -n 3 err)"
	[ $status -eq 124 ] && [ "$left" -eq 0 ] && grep -q 'timed out at rip' err
	result $config-bomb-endless
done

# What a program does to itself ends as it does natively: the same words, the same status, and nothing but the fault said.
for crime in unmap-code unmap-stack open-many close-all fill-file signal-all sizes race-vector; do
	{ (exec timeout -s KILL 30 "$tests/crimes" "$crime" >native 2>err); } 2>/dev/null
	want=$?
	for config in hosted bare-metal; do
		{ (exec timeout -s KILL 60 "$monitor" --memory 64M --config $config -- "$tests/crimes" "$crime" >out 2>err); } 2>/dev/null
		status=$?
		why=
		[ $status -eq $want ] || why="status $status, not $want: $(head -n 3 err)"
		diff native out >difference || why="$why not as natively: $(head -n 4 difference | tr '\n' '|')"
		[ $want -ne 0 ] || ! grep -v ' fell back to ' err >said || why="$why stderr: $(head -n 3 said)"
		verdict "$config-$crime"
	done
done

# A full disk, where we may mount one.
mkdir small
if unshare -m sh -c 'mount -t tmpfs -o size=256k none small' 2>/dev/null; then
	for config in native hosted bare-metal; do
		set -- "$tests/crimes" fill-disk
		[ $config = native ] || set -- "$monitor" --memory 64M --config $config -- "$@"
		unshare -m sh -c 'mount -t tmpfs -o size=256k none small && cd small && exec "$@"' sh "$@" >out 2>err
		why="$(cat out) $(head -n 3 err)"
		[ "$(cat out)" = '262144 No space left on device' ]
		result $config-full-disk
	done
else
	echo "skip full-disk: file systems cannot be mounted here"
fi

# Every call with arguments at the edges: children end as they may, the parent goes on, and nobody but they dies.
for config in hosted bare-metal; do
	for seed in 1 2; do
		rm -rf fuzzed && mkdir -m 777 fuzzed
		(cd fuzzed && exec timeout -s KILL 100 "$monitor" --memory 64M --config $config -- "$tests/fuzz" $seed 12 >../out 2>../err)
		status=$?
		why="status $status: $(head -n 3 err)"
		[ $status -eq 0 ] && grep -qx survived out && ! grep -q panic err
		result $config-fuzz-$seed
	done
done
