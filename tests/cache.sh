#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# backend=direct and the page cache in the guest, seen from outside: which requests are made, what the host's page
# cache holds, when each side sees what the other wrote, and that the cache makes room for the program.

build=$1
monitor=$build/vmtax-monitor
cached=$build/tests/guest/cached

. "$VMTAX_SRC/tests/cache.lib"
head -c 4194304 /dev/urandom >data
want=$(sha256sum <data | cut -d' ' -f1)
sync data

# 1024 reads of 4 KiB are a few large ones; all of them went past the host's cache.
try --set backend=direct -- "$busybox" sha256sum data && [ "$(cut -d' ' -f1 out)" = "$want" ] &&
	[ "$(requests read)" -eq 0 ] && [ "$(requests load)" -le 40 ] && [ "$(requests load)" -ge 17 ] &&
	moved 4194304 4194304
result read-ahead
# By a ring they are on their way before they are wanted, but for the first, and while the driver has no core.
for transport in ring eventfd; do
	try --set backend=direct --set transport=$transport -- "$busybox" sha256sum data &&
		[ "$(cut -d' ' -f1 out)" = "$want" ] && [ "$(requests read)" -eq 0 ] && { [ "$(requests load)" -le 4 ] || grep -q "driver that had no core" err; } &&
		[ "$(requests ahead)" -le 40 ] && [ "$(($(requests ahead) + $(requests load)))" -ge 17 ] &&
		[ "$(requests landed)" -ge "$(requests ahead)" ] && moved 4194304 4194304
	result read-ahead-$transport
done
try --set backend=uring -- "$busybox" sha256sum data && [ "$(cut -d' ' -f1 out)" = "$want" ] &&
	[ "$(requests read)" -ge 64 ] && [ "$(requests load)" -eq 0 ] && moved 0 4194304
result uring-reads

# A second pass over what fits is served in the guest.
try --set backend=direct --memory 96M -- "$build/workloads/file-seq" data 3 && [ "$(requests load)" -le 40 ] &&
	[ "$(requests pread64)" -eq 0 ]
result second-pass

# held: pages of the file data in the host's page cache.
held() {
	fincore --noheadings --raw --output PAGES data
}

if command -v fincore >/dev/null; then
	for backend in direct uring; do
		dd if=data iflag=nocache count=0 2>/dev/null
		before=$(held)
		try --set backend=$backend -- "$busybox" sha256sum data
		after=$(held)
		if [ "$before" -gt 100 ]; then
			echo "skip host-cache-$backend: the file cannot be had out of the host's page cache"
		else
			[ $backend = uring ] && [ "$after" -ge 1000 ] || { [ $backend = direct ] && [ "$after" -eq "$before" ]; }
			result "host-cache-$backend"
		fi
	done
else
	echo "skip host-cache: fincore is not installed"
fi

# What is written goes past the host's cache too, but for a small piece at the end.
try --set backend=direct -- "$busybox" dd if=data of=copy bs=256k 2>/dev/null && cmp -s data copy &&
	moved 8372224 8388608
result large-writes

# A dialogue: what the program reads of a file after somebody outside wrote to it, and the other way round.
echo "first text" >shared
mkfifo in
exec 3<>in
timeout -s KILL 60 "$monitor" --memory 64M --timeout 50s --set backend=direct -- "$cached" outside shared <in >said 2>err 3>&- &
pid=$!
lines=0
say() {
	echo "$1" >&3
	lines=$((lines + 1))
	tries=0
	until [ "$(wc -l <said)" -ge $lines ]; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || return 1
		sleep 0.01
	done
	answer=$(tail -n 1 said)
}

# says TEXT: whether both descriptors read it.
says() {
	say read
	[ "$answer" = "$1 $1" ]
}

heard=
for round in 1 2 3 4 5; do
	says "$(cat shared)" || heard="$heard read-$round"
	printf 'outer%d' $round | dd of=shared conv=notrunc 2>/dev/null
	says "outer$round$(cut -c 7- shared)" || heard="$heard same-size-$round"
	say "write inner$round"
	[ "$(cut -c 1-6 shared)" = inner$round ] || heard="$heard inner-$round"
	echo "renewed $round" >shared.new && cat shared.new >shared
	says "renewed $round" || heard="$heard cut-$round"
done
exec 3>&-
wait $pid || heard="$heard end"
[ -z "$heard" ]
result "outside$heard"

# The program wants all the memory there is: the cache gives its pages back.
python=$(PATH=/usr/bin:/bin command -v python3)
if [ -n "$python" ]; then
	cat >hungry.py <<'P'
import hashlib
data = open('data', 'rb')
first = hashlib.sha256(data.read()).hexdigest()
taken = [bytearray(1 << 20) for _ in range(86)]
data.seek(0)
print(first == hashlib.sha256(data.read()).hexdigest(), len(taken))
P
	for transport in exit ring; do
		try --set backend=direct --set transport=$transport --memory 128M -- "$python" -S hungry.py &&
			grep -qx 'True 86' out
		result memory-back-$transport
	done
else
	echo "skip memory-back: there is no python3"
fi
