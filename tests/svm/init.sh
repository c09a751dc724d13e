#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The first process of a machine that tests/svm.sh boots: runs the tests of $programs, one after the other, and tells
# each line of theirs at once on the second serial port, as tell.awk reads it.
# How an executable is loaded is no matter of the processor, so one of each is enough.
export PATH=/usr/local/bin:/usr/bin:/usr/sbin HOME=/tmp VMTAX_SRC=/vmtax VMTAX_TEST_VARIANTS=-

# say PROGRAM LINE
say() {
	read -r uptime rest </proc/uptime
	echo "$1 ${uptime%.*} $2" >/dev/ttyS1
}

# run PROGRAM
run() {
	mkdir -p "/tmp/$1/$1" "/tmp/$1/tmp" && cd "/tmp/$1/$1" || exit
	export TMPDIR="/tmp/$1/tmp"
	say "$1" begin
	{
		if [ -e "/vmtax/tests/$1.sh" ]; then
			sh "/vmtax/tests/$1.sh" /vmtax/build
		else
			"/vmtax/build/tests/$1" /vmtax/build
		fi </dev/null 2>../err
		echo "end $?"
	} | while read -r line; do
		say "$1" "$line"
		case $line in 'not ok '*) tail -n 5 ../err >/dev/console ;; esac
	done
}

mount -t proc none /proc
mount -t sysfs none /sys
mount -t tracefs none /sys/kernel/tracing
mount -t devtmpfs none /dev
ln -s /proc/self/fd /dev/fd
mkdir /dev/pts /dev/shm
mount -t devpts none /dev/pts
mount -t tmpfs none /dev/shm
busybox ip link set lo up
for module in irqbypass kvm kvm-amd loop; do busybox insmod /modules/$module.ko; done
# The tests' files lie on a file system that can do what files can.
truncate -s 1G /disk
mke2fs -q -t ext4 -O ^has_journal /disk
mount /disk /tmp
chmod 1777 /tmp
stty raw -F /dev/ttyS1
say init begin
while sleep 5; do say init lives; done &
for program in $(echo "$programs" | tr , ' '); do (run "$program"); done
say init "end 0"
busybox poweroff -f
