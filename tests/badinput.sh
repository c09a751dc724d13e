#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Executables and options that vmtax-monitor cannot take: each ends it with one line that says what is wrong and
# what to do, before anything runs. And a few hundred executables whose headers are damaged: whatever they do,
# the monitor lives.
. "$VMTAX_SRC/tests/check.lib"

build=$1
monitor=$build/vmtax-monitor
good=$build/tests/guest/console-musl

# fails STATUS WORDS MEND ARGUMENT...: vmtax-monitor ends so, its only line on stderr with both patterns.
fails() {
	want=$1
	words=$2
	mend=$3
	shift 3
	timeout -s KILL 20 "$monitor" "$@" >out 2>err </dev/null
	status=$?
	why=
	[ $status -eq "$want" ] || why="status $status, not $want"
	[ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^vmtax-monitor: .*$words" err && grep -qe "$mend" err ||
		why="$why stderr: $(head -n 3 err)"
	verdict "$name"
}

# bytes FILE OFFSET HEX...: writes bytes over FILE.
bytes() {
	file=$1
	at=$2
	shift 2
	for byte; do
		printf "\\$(printf %03o "0x$byte")" | dd of="$file" bs=1 seek=$((at)) conv=notrunc status=none
		at=$((at + 1))
	done
}

# damaged NAME WORDS MEND OFFSET HEX...: refuses the good executable with these bytes in it.
damaged() {
	name=$1
	words=$2
	mend=$3
	shift 3
	cp "$good" damaged
	bytes damaged "$@"
	fails 125 "$words" "$mend" -- ./damaged
}

static='give an x86-64'
again='copy or build it again\|link it anew'

name=missing
fails 125 'cannot open the program ./missing: No such file' 'check the path' -- ./missing
name=directory
fails 125 'is not a regular file: /tmp' "$static" -- /tmp
name=device
fails 125 'is not a regular file' "$static" -- /dev/null
name=pipe
mkfifo pipe
fails 125 'is not a regular file' "$static" -- ./pipe
name=empty
: >empty
fails 125 'is not an ELF executable: ./empty' "$static" -- ./empty
name=text
echo 'hello, world' >text
fails 125 'is not an ELF executable: ./text' "$static" -- ./text
name=script
printf '#!/bin/sh\necho hello\n' >script
fails 125 'is a script' 'busybox sh' -- ./script
name=dynamic
printf 'int main(void) { return 0; }\n' >dynamic.c
if cc -o dynamic dynamic.c 2>/dev/null; then
	cp dynamic orphan && sed -i 's,/lib64/ld-linux-x86-64.so.2,/lib64/ld-linux-x86-64.so.9,' orphan
	fails 125 "cannot open the program's dynamic linker /lib64/ld-linux-x86-64.so.9" 'C library' -- ./orphan
else
	echo "skip dynamic: no compiler that links"
fi
name=object
if cc -c dynamic.c 2>/dev/null; then
	fails 125 'not an executable' "$static" -- ./dynamic.o
else
	echo "skip object: no compiler"
fi
name=unreadable
cp "$good" unreadable
chmod 000 unreadable
if [ -r unreadable ]; then
	echo "skip unreadable: root reads everything"
else
	fails 125 'cannot open the program .*: Permission denied' 'check the path' -- ./unreadable
fi

# ELF-64 header: class at 4, data 5, machine 18, entry 24, phoff 32, phentsize 54, phnum 56; the first program
# header at 64: flags 4, offset 8, address 16, bytes in the file 32, in memory 40.
damaged class-32 '32-bit' "$static" 4 01
damaged class-none 'absurd' "$again" 4 00
damaged big-endian 'absurd' "$again" 5 02
damaged machine 'another processor' "$static" 18 b7
damaged entry 'entry point outside' "$again" 24 00 00 00 00 00 00 00 00
damaged header-size 'absurd' "$again" 54 00
damaged no-headers 'absurd' "$again" 56 00 00
damaged many-headers 'absurd' "$again" 56 ff ff
damaged headers-far 'cut short' "$again" 32 ff ff ff ff ff ff ff 7f
damaged headers-wrap 'cut short' "$again" 32 ff ff ff ff ff ff ff ff
damaged segment-far 'a segment is cut short' "$again" 72 ff ff ff ff ff ff ff 7f
damaged segment-large 'larger in the file' "$again" 96 ff ff ff ff ff ff ff 7f
damaged segment-kernel 'outside the address space' "$again" 80 00 00 10 80 ff ff ff ff
damaged segment-null 'outside the address space' "$again" 80 00 00 00 00 00 00 00 00
damaged segment-wrap 'outside the address space' "$again" 104 ff ff ff ff ff ff ff ff
damaged segment-huge 'overlapping' "$again" 104 00 00 00 00 00 20 00 00

for length in 3 20 63 100 200 3000; do
	name=truncated-$length
	head -c $length "$good" >truncated
	fails 125 'cut short\|not an ELF' "$again\|$static" -- ./truncated
done

name=no-program
fails 2 'no program' 'try: '
name=unknown-option
fails 2 'unknown option' 'try --help' --memroy 16M -- "$good"
name=unknown-config
fails 2 'unknown configuration host' 'did you mean hosted?' --config host -- "$good"
name=native
fails 2 'native needs no monitor' 'vmtax run' --config native -- "$good"
name=unknown-knob
fails 2 'unknown knob transprt' 'did you mean transport?' --set transprt=ring -- "$good"
name=unknown-value
fails 2 'unknown value rign' 'did you mean ring?' --set transport=rign -- "$good"
name=no-value
fails 2 'lacks a value' 'knob=value' --set transport -- "$good"
name=memory-text
fails 2 'lots' '' --memory lots -- "$good"
name=timeout-text
fails 2 'soon' '' --timeout soon -- "$good"
name=report
fails 2 'not a memfd' '' --report 0 -- "$good"

# kvm_gone COMMAND MEND: without the /dev/kvm that COMMAND takes away, in a mount namespace of its own.
kvm_gone() {
	timeout -s KILL 20 unshare -m sh -c "$1"' && exec "$0" "$@"' "$monitor" -- "$good" >out 2>err </dev/null
	status=$?
	why=
	[ $status -eq 77 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^vmtax-monitor: .*/dev/kvm.*$2" err ||
		why="status $status: $(cat err)"
	verdict "$name"
}

if unshare -m sh -c 'mount -t tmpfs none /mnt' 2>/dev/null; then
	name=no-kvm
	kvm_gone 'mount -t tmpfs none /dev' 'No such file.*modprobe'
	if [ -e /dev/kvm ]; then
		name=other-kvm
		kvm_gone 'mount --bind /dev/zero /dev/kvm' 'does not speak'
	fi
else
	echo "skip no-kvm: /dev/kvm cannot be hidden: no mount namespaces here"
fi

needs_kvm "damaged headers and sizes"

# A segment of its own that asks for more than there is.
name=too-large
cp "$build/tests/guest/console-pie" large
fails 125 'does not fit into guest memory' 'larger --memory' --memory 16M -- "$(
	bytes large $((64 + 56 * 3 + 40)) 00 00 00 40 00 00 00 00
	echo ./large
)"

name=kernel-missing
fails 125 'cannot open the guest kernel' 'build it with make' --kernel ./missing -- "$good"
name=kernel-text
fails 125 'is not an ELF executable' '' --kernel ./text -- "$good"
name=kernel-program
fails 125 'outside the address space' '' --kernel "$good" -- "$good"
name=memory-small
fails 125 'between 16M and 3G' '--memory 512M' --memory 1M -- "$good"
name=memory-large
fails 125 'between 16M and 3G' '--memory 512M' --memory 999G -- "$good"

# Damage: 300 times one to four bytes of the headers, from a linear congruential generator. A program that is
# ended by a signal is reported in a line of its own; one that says nothing was the monitor's own death.
awk 'BEGIN {
	x = 7
	for (i = 0; i < 300; i++) {
		line = ""
		for (k = 0; k <= i % 4; k++) {
			x = (x * 69069 + 12345) % 2147483648; at = int(x / 64) % 400
			x = (x * 69069 + 12345) % 2147483648; line = line sprintf(" %d %02x", at, int(x / 64) % 256)
		}
		print line
	}
}' >damage
mkdir inside
dead=
runs=0
while read -r damage; do
	cp "$good" inside/damaged
	# Pairs of offset and byte.
	set -- $damage
	while [ $# -gt 0 ]; do
		bytes inside/damaged "$1" "$2"
		shift 2
	done
	{ (cd inside && exec timeout -s KILL 20 "$monitor" --set irqchip=user --memory 16M --timeout 300ms -- \
		./damaged </dev/null >../out 2>../err); } 2>/dev/null
	status=$?
	runs=$((runs + 1))
	# 137 is also how a program ends that does not begin in time on a busy machine.
	if grep -q 'Sanitizer\|runtime error' err ||
		{ [ $status -eq 137 ] && ! grep -q '^vmtax-monitor: timed out' err; } ||
		{ [ $status -ge 124 ] && ! { [ "$(wc -l <err)" -eq 1 ] && grep -q '^vmtax-monitor: ' err; }; }; then
		dead="$dead [$damage: $status $(head -n 2 err)]"
	fi
	case $status in 125) echo refused ;; 3) echo ran ;; 139 | 132 | 133 | 136) echo died ;; *) echo "$status" ;; esac
done <damage >outcomes
why=$(echo "$dead" | head -n 3)
verdict damaged-headers
# Damage that nothing came of would show nothing.
why=$(sort outcomes | uniq -c | tr '\n' ' ')
[ "$(grep -c refused outcomes)" -gt 50 ] && [ "$(grep -c ran outcomes)" -gt 20 ] && [ "$(wc -l <outcomes)" -eq 300 ]
result damaged-outcomes
