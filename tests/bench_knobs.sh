#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# No knob is a label: for each, a counter of the kernel's that shows it, before and after it is turned. Usage:
# tests/bench_knobs.sh BUILD. Last in a row is "seen", "not seen", or why this machine cannot show it.
# Exit status: 1 when one is not seen, 77 without KVM.
set -u
build=$(cd "$1" && pwd) || exit 2
functions=$(cat "$(dirname "$0")/bench/tables.awk") || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
[ -r /dev/kvm ] && [ -w /dev/kvm ] || exit 77
cd "$work" || exit 2

# row KNOB BEFORE AFTER COUNTER VALUE VALUE up|down FACTOR WHY: whether it moved that way, by FACTOR at least.
row() {
	awk -v knob="$1" -v from="$2" -v to="$3" -v counter="$4" -v a="$5" -v b="$6" -v way="$7" -v factor="$8" \
		-v why="$9" 'BEGIN {
		moved = a != "NA" && b != "NA" && (way == "up" ? b >= a * factor && b > a : b * factor <= a && b < a)
		printf "%-14s %-9s %-12s %-32s %12s %12s  %s\n", knob, from, to, counter, a, b, \
			why != "" ? why : moved ? "seen" : "not seen"
	}' | tee -a "$work/rows"
}

# why KNOB VALUE: why this machine cannot set it; nothing where it can.
why() {
	"$build/vmtax" list knobs --csv | awk -v knob="$1" -v value="$2" "$functions"'
		{ csv($0, field) }
		field[1] == knob && field[5] == value && field[7] != "yes" { print field[7] }'
}

# counted PROBE LAYER EVENT CONFIG PROGRAM ARGUMENT...: a counter over one run of it, 0 where it did not move.
counted() {
	probe=$1 layer=$2 event=$3 config=$4
	shift 4
	"$build/vmtax" run --out run --force --configs "$config" --blocks 1 --no-observe --memory 128M -- "$@" \
		>summary 2>&1 || {
		cat summary >&2
		echo NA
		return
	}
	awk -v probe="$probe" -v layer="$layer" -v event="$event" "$functions"'
		{ csv($0, field) }
		field[2] == probe && field[3] == layer && field[4] == event { value = field[6] }
		END { printf "%.0f\n", value }' run/counters.csv
}

# counts KNOB BEFORE AFTER up|down FACTOR "PROBE LAYER EVENT" CONFIG PROGRAM ARGUMENT...: a row of two such.
counts() {
	knob=$1 before=$2 after=$3 way=$4 factor=$5 counter=$6 base=$7
	shift 7
	first=$(counted $counter "$base+$knob=$before" "$@")
	second=$(counted $counter "$base+$knob=$after" "$@")
	row "$knob" "$before" "$after" "$counter" "$first" "$second" "$way" "$factor" "$(why "$knob" "$after")"
}

# Of the monitor with process id $pid, whose program waits: cores it may use, its io_urings, KiB of huge pages.
cores() {
	taskset -cp "$pid" | sed 's/.*: //' | tr ',' '\n' | awk -F- '{ n += NF == 2 ? $2 - $1 + 1 : 1 } END { print n }'
}

rings() {
	ls -l "/proc/$pid/fd" | grep -c 'anon_inode:\[io_uring\]'
}

huge() {
	awk '$1 == "AnonHugePages:" { sum += $2 } END { print sum + 0 }' "/proc/$pid/smaps"
}

# looked WHAT OPTION...: what one of these says.
looked() {
	what=$1
	shift
	rm -f in out
	mkfifo in
	exec 3<>in
	"$build/vmtax-monitor" --memory 64M --timeout 60s "$@" -- "$build/tests/guest/console-musl" \
		<in >out 2>err 3>&- &
	pid=$!
	echo x >&3
	tries=0
	until [ -s out ] || [ $tries -gt 1000 ]; do
		tries=$((tries + 1))
		sleep 0.01
	done
	$what
	exec 3>&-
	wait "$pid"
}

# looks KNOB BEFORE AFTER up|down WHAT COUNTER: a row of two such.
looks() {
	first=$(looked "$5" --set "$1=$2")
	second=$(looked "$5" --set "$1=$3")
	row "$1" "$2" "$3" "$6" "$first" "$second" "$4" 1 "$(sed -n "s/^vmtax-monitor: $1=$3 //p" err)"
}

# Only where KVM shadows the guest's tables can it see how large their pages are.
guest_pages() {
	if [ -e /sys/module/kvm_pvm ] ||
		grep -qs N /sys/module/kvm_intel/parameters/ept /sys/module/kvm_amd/parameters/npt; then
		counts guest-pages 4k 2m down 4 "kvm-stats vcpu0 pf_taken" hosted+memory=locked-huge \
			"$build/workloads/mem-chase" 16M 1K
	else
		row guest-pages 4k 2m "kvm-stats vcpu0 pf_taken" NA NA down 1 "KVM sees no guest tables with nested paging"
	fi
}

log="$build/workloads/log log.txt 300"
cpu="$build/workloads/cpu-int 60M"
nap="$(command -v busybox) usleep 200000"
printf '%-14s %-9s %-12s %-32s %12s %12s\n' knob before after counter before after
counts transport exit eventfd up 50 "schedstat driver0 timeslices" hosted+completion=poll $log
counts transport exit ring up 4 "schedstat driver0 cpu" hosted+completion=poll $log
counts completion poll inject up 10 "kvm-stats vcpu0 irq_injections" hosted $log
counts irqchip kernel user down 10 "kvm-stats vcpu0 halt_wakeup" hosted+transport=ring $log
looks backend buffered uring up rings "/proc/PID/fd: io_uring"
looks memory lazy4k locked-huge up huge "smaps: AnonHugePages, KiB"
guest_pages
looks scheduling shared pinned down cores "Cpus_allowed, cores"
counts idle exit poll up 3 "schedstat vcpu0 cpu" hosted $nap
counts clock tsc exit up 2 "kvm-stats vcpu0 exits" hosted "$build/workloads/clock" 1000
counts tick 0 1000 up 3 "kvm-stats vcpu0 irq_injections" hosted $cpu
counts host-services none backup up 1 "host-services backup read" native $cpu
counts host-services none scan up 1 "host-services scan cpu" hosted $cpu
counts host-services none directory up 1 "host-services directory reads" hosted $cpu
counts host-services scan all up 1 "host-services backup read" native $cpu
counts host-services backup all up 1 "host-services scan cpu" native $cpu
counts host-services scan all up 1 "host-services directory reads" hosted $cpu

! grep -q 'not seen$' "$work/rows"
