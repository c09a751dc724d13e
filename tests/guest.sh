#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The guest's Linux: the programs of tests/guest, as glibc, musl and static-PIE executables, say themselves what
# Linux does and check it; hosted and bare-metal they must print what they print natively. Ends and crashes are
# told by exit code, exception and address.
. "$VMTAX_SRC/tests/check.lib"

tests=$1/tests/guest
monitor=$1/vmtax-monitor
variants=${VMTAX_TEST_VARIANTS:-- -musl -pie} # how its programs are linked
unset _ # names another program here and there
LC_ALL=C
VMTAX_TEST="a b"
export LC_ALL VMTAX_TEST

needs_kvm guest

# run CONFIG PROGRAM ARGUMENT...: stdout and stderr in out and err, the exit code in status.
run() {
	config=$1
	shift
	if [ "$config" != native ]; then
		set -- "$monitor" --config "$config" --memory 96M --timeout "${limit:-60}s" -- "$@"
	fi
	# What the shell says of a signal is not the program's.
	{ (exec env -u _ $sanitizer "$@" >out 2>err); } 2>/dev/null
	status=$?
	sed -i '/ fell back to /d' err # not every machine has every value
}

# Checks: natively all must hold, and in a guest the same lines come out.
for program in memory mapping files cached coherence delayed time process processes spawn identity signals queue sockets events self badptr threads cores; do
	# LeakSanitizer looks at a process from outside, and one that gave up root lets nobody do so.
	sanitizer=
	[ $program != identity ] || sanitizer=ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	for variant in $variants; do
		name=$program${variant%-}
		run native "$tests/$name" one 'two words' '' '*'
		mv out native
		why=
		[ $status -eq 0 ] || why="status $status: $(grep '^not ok' native | head -n 3 | tr '\n' '|')"
		[ "$(wc -l <native)" -gt 15 ] || why="$why printed too little"
		[ $program != process ] || {
			grep -qx 'argc 5' native && grep -qx 'argv 1 <two words>' native &&
				grep -qx 'argv 2 <>' native && grep -q '^env .* <VMTAX_TEST=a b>$' native ||
				why="$why arguments are not what was given"
		}
		verdict "native-$name"
		for config in hosted bare-metal; do
			run $config "$tests/$name" one 'two words' '' '*'
			why=
			[ $status -eq 0 ] || why="status $status: $(cat err)"
			diff native out >difference ||
				why="$why not as natively: $(head -n 4 difference | tr '\n' '|')"
			verdict "$config-$name"
		done
	done
done

# A clock is read without a system call, except where each reading is to cost an exit.
for config in hosted hosted-classic bare-metal; do
	"$monitor" --config "$config" --timeout 60s --verbose -- "$1/workloads/clock" 3000 >out 2>err
	calls=$(sed -n 's/.* \([0-9]*\) system calls .*/\1/p' err)
	why="$calls system calls"
	if [ $config = hosted-classic ]; then [ "$calls" -ge 3000 ]; else [ "$calls" -lt 100 ]; fi && why=
	verdict "$config-clock-calls"
done

# Where things lie is drawn anew for each process, and is not where that is switched off. (maps: program, stack)
maps() {
	"$@" "$monitor" --config hosted --timeout 60s -- /usr/bin/cat /proc/self/maps | sed -n '1s/-.*//p; /stack/s/-.*//p'
}
maps >here
maps >there
why="both times at $(tr '\n' ' ' <here), with $(cat /proc/sys/kernel/randomize_va_space)"
if [ "$(cat /proc/sys/kernel/randomize_va_space)" -eq 0 ] || ! setarch -R true 2>err; then
	echo "skip layout: this machine does not randomize, or does not let us switch it off"
else
	[ "$(cat here there | sort -u | wc -l)" -eq 4 ] && why=
	verdict layout-drawn
	maps setarch -R >here
	why="$(tr '\n' ' ' <here) without randomization"
	[ "$(head -n 1 here)" = 555555554000 ] && maps setarch -R | cmp -s - here && why=
	verdict layout-fixed
fi

# The console: bytes of every value, in pieces of many sizes.
awk -f "${VMTAX_SRC:-$(dirname "$0")/..}/tests/programs.awk" | gzip -c >bytes
for config in native hosted bare-metal; do
	for variant in "" -musl; do
		run $config "$tests/console$variant" <bytes
		[ $config$variant != native ] || cp err native
		why=
		[ $status -eq 3 ] || why="status $status"
		cmp -s bytes out || why="$why stdout is not stdin"
		cmp -s native err && [ "$(tail -n 1 err)" -eq "$(wc -c <bytes)" ] || why="$why stderr differs"
		verdict "$config-console$variant"
	done
done

# A program of many threads ends whole: name, exit code, what it prints.
while read -r name want words; do
	for config in native hosted hosted-classic bare-metal; do
		run $config "$tests/threads_end" "$name"
		why=
		[ $status -eq "$want" ] && [ "$(cat out)" = "$words" ] ||
			why="status $status, not $want: $(cat out err)"
		verdict "$config-threads-$name"
	done
done <<'E'
exit 7 before
abort 134 before
crash 139 before
return 5 before
leader-first 0 later
E

# symbol_holds FUNCTION RIP: whether RIP lies in FUNCTION of tests/guest/crash.
symbol_holds() {
	nm -S "$tests/crash" | grep " $1\$" | {
		read -r start size rest || return 1
		[ $(($2)) -ge $((0x$start)) ] && [ $(($2)) -lt $((0x$start + 0x$size)) ]
	}
}

# Ends: name, exit code, exception and address (patterns; none: nothing is said).
while IFS='|' read -r name want exception address; do
	limit=
	[ "$name" != past-file ] || limit=5
	for config in native hosted bare-metal; do
		run $config "$tests/crash" "$name"
		if [ "$name" = past-file ] && [ $status -eq 124 ] && ! [ -e /sys/module/kvm_pvm ]; then
			echo "skip $config-$name: KVM takes it for slow I/O here, and the watchdog ended it"
			continue
		fi
		why=
		[ $status -eq "$want" ] && [ "$(cat out)" = before ] ||
			why="status $status, not $want: $(cat out err)"
		lines=${exception:+1}
		[ "$(wc -l <err)" -eq "${lines:-0}" ] || [ $config = native ] || why="$why stderr: $(cat err)"
		if [ $config != native ] && [ -n "$exception" ]; then
			grep -qx "vmtax-monitor: the program died: .*: $exception, address $address" err ||
				why="$why stderr: $(cat err)"
			rip=$(sed -n 's/.* rip \(0x[0-9a-f]*\).*/\1/p' err)
			case $name in
			run-data | jump-wild | jump-null) [ "$rip" = "$(sed -n 's/.*address //p' err)" ] ;;
			overflow) symbol_holds overflow_from "$rip" ;;
			*) symbol_holds "$(echo "$name" | tr - _)" "$rip" ;;
			esac || why="$why rip $rip is not in $name"
		fi
		verdict "$config-$name"
	done
done <<'E'
read-null|139|exception 14, error 0x4, rip .*|0x8
write-null|139|exception 14, error 0x6, rip .*|0x8
write-constant|139|exception 14, error 0x7, rip .*|0x[0-9a-f]*010
write-protected|139|exception 14, error 0x7, rip .*|0x7[0-9a-f]*000
write-before-hole|139|exception 14, error 0x7, rip .*|0x7[0-9a-f]*000
single-step|133|exception 1, error 0x0, rip .*|0x0
read-unmapped|139|exception 14, error 0x4, rip .*|0x7[0-9a-f]*000
run-data|139|exception 14, error 0x15, rip .*|0x[0-9a-f]*
jump-wild|139|exception 14, error 0x14, rip .*|0x123456789000
jump-null|139|exception 14, error 0x14, rip .*|0x0
non-canonical|139|exception 13, error 0x0, rip .*|0x0
kernel-half|139|exception 14, error 0x[45], rip .*|0xffff900000001000
undefined|132|exception 6, error 0x0, rip .*|0x0
divide|136|exception 0, error 0x0, rip .*|0x0
privileged|139|exception 13, error 0x0, rip .*|0x0
breakpoint|133|exception 3, error 0x0, rip .*|0x0
past-file|135|no memory behind a mapping, rip .*|unknown
overflow|139|exception 14, error 0x6, rip .*|0x7[0-9a-f]*
abort|134
raise-term|143
raise-kill|137
closed-pipe|141
exit-1|1
exit-300|44
exit-255|255
E
