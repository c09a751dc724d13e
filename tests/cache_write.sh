#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Delayed writing by the page cache in the guest, seen from outside: how many stores small writes make, what the host has
# after each kind of end and each way of telling others, and who is told when the file system is full.

build=$1
monitor=$build/vmtax-monitor
late=$build/tests/guest/late
. "$VMTAX_SRC/tests/cache.lib"

# Every way of asking for what was written gets it, whatever carries the requests.
for how in exit/inject ring/poll eventfd/inject; do
	for program in cached coherence delayed; do
		"$build/tests/guest/$program" >native 2>&1
		try --memory 96M --set transport=${how%/*} --set completion=${how#*/} --set backend=direct -- \
			"$build/tests/guest/$program" && cmp -s out native
		result "$program-${how%/*}"
	done
done

# stored LEAST MOST: whether so many requests wrote to a file, and left its 100000 bytes as they are written natively.
stored() {
	n=$(($(requests store) + $(requests pwritev) + $(requests write) + $(requests pwrite64)))
	[ $n -ge "$1" ] && [ $n -le "$2" ] && cmp -s file want
}

"$late" small want
for row in direct/small/1/4 direct/append/1/4 direct/sync/1000/1000 uring/small/1000/1000; do
	IFS=/ read -r backend how least most <<-R
		$row
	R
	try --set backend="$backend" -- "$late" "$how" file && stored "$least" "$most"
	result "$backend-$how"
done
head -c 4194304 /dev/urandom >data
try --set backend=direct -- "$busybox" dd if=data of=copy bs=1000 && cmp -s data copy && [ "$(requests store)" -le 20 ] &&
	[ "$(requests store)" -ge 17 ] && [ "$(requests pwritev)" -le 3 ]
result large-pieces

# Nothing is lost by any end of the program that the monitor sees: natively, and here.
for row in none/3 thread/3 exec/0 abort/134 fault/139 term/143 kill/137 bus/135 spin/124; do
	rm -f file
	# What the shell says of a signal is not the program's.
	{ try --timeout 2s --set backend=direct -- "$late" "${row%/*}" file; } 2>/dev/null
	[ $? -eq "${row#*/}" ] && [ "$(tr -d '\n' <file | wc -c)" -eq 10000 ]
	result "end-${row%/*}"
done

# Whoever the program tells that it has written can read it.
mkfifo in
exec 3<>in
rm -f file
timeout -s KILL 60 "$monitor" --timeout 50s --set backend=direct -- "$late" tell file <in >said 2>err 3>&- &
pid=$!
tries=0
until [ -s said ] || [ $tries -ge 1000 ]; do
	tries=$((tries + 1))
	sleep 0.01
done
[ "$(cat said)" = written ] && [ "$(cat file)" = news ]
result told
echo >&3
wait $pid
exec 3>&-

# A file system of 8 MiB: while it is nearly full ENOSPC comes from the write, as natively; where the room was there and
# is taken by others meanwhile, from fsync, or else from close.
if ! { dd if=/dev/zero of=image bs=1M count=8 && mkfs.ext4 -q -F image && mkdir small && mount -o loop image small; } \
	2>/dev/null; then
	echo "skip full: no file system can be made and mounted here"
	exit 0
fi
trap 'umount -l small' EXIT
# The last close of a monitor's files may come a little after its end.
empty() {
	rm -f small/*
	tries=0
	until [ "$(stat -f -c %a small)" -ge "$room" ] || [ $tries -ge 500 ]; do
		tries=$((tries + 1))
		sleep 0.01
	done
}
rmdir small/lost+found
room=$(stat -f -c %a small)
full=$(cd small && "$late" fill file)
empty
try --set backend=direct -- "$late" fill small/file && [ "$(cat out)" = "$full" ]
result full
for row in 'late-fsync/No space left on device, well' 'late-close/well, No space left on device'; do
	empty
	try --set backend=direct -- "$late" "${row%%/*}" small/file && [ "$(cat out)" = "${row#*/}" ]
	result "${row%%/*}"
done
