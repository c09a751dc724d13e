#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax-monitor --event: what the guest kernel measures itself. What an event does is seen in what the monitor counts.
. "$VMTAX_SRC/tests/check.lib"
monitor=$1/vmtax-monitor

needs_kvm events

# measure EVENT OPTION...: into out, err and status.
measure() {
	event=$1
	shift
	"$monitor" --timeout 5s --memory 256M "$@" --event "$event" >out 2>err
	status=$?
	why="status $status, $(tail -n +2 out | wc -l) samples: $(tail -n 1 err)"
}

# whole: the samples are what they should be: batches with and without the operation by turns, or one by one.
whole() {
	awk -F, 'NR == 1 { bad = $0 != "kind,ops,ticks" }
		NR > 1 { bad += ($1 != "op" && $1 != "empty") || $2 !~ /^[1-9][0-9]*$/ || $3 !~ /^[0-9]+$/; n[$1]++; ops = $2 }
		$1 == "op" { bad += $3 == 0 }
		END { exit bad || n["op"] < 20 || (ops > 1 && n["op"] != n["empty"]) }' out
}

instructions="rdmsr wrmsr cr0 cr3 cr4 cr8 debug-register invlpg wbinvd hypercall divide undefined breakpoint"
exits="port-write-monitor port-read-monitor port-write-kernel port-read-kernel mmio-write-monitor mmio-read-monitor
	mmio-write-kernel mmio-read-kernel null-exit null-eventfd null-ring null-ring-asleep"
interrupts="hlt-wake self-ipi ipi ipi-halted inject-monitor inject-irqfd inject-msi eoi interrupt-complete timer"
memory="page-fault pte-change tlb-shootdown touch-2m dirty-log unasked"

# Each can be measured here, or says why not: this machine lacks something (77), or KVM does not come back (124, 125).
for event in $instructions $exits $interrupts $memory; do
	case $event in
	null-eventfd) set -- --set transport=eventfd ;;
	null-ring*) set -- --set transport=ring ;;
	*) set -- ;;
	esac
	measure "$event" "$@"
	case $status in
	0) whole ;;
	77 | 124 | 125) [ -s err ] && [ "$(wc -l <out)" -eq 0 ] && echo "# $event: $(cut -c 1-120 err)" ;;
	*) false ;;
	esac
	result "$event"
done

# counted EXITS: what the monitor says of its exits by that reason.
counted() {
	sed -n "s/^exits:.* $1=\([0-9]*\).*/\1/p; s/^exits: $1=\([0-9]*\).*/\1/p" err | head -n 1
}

operations() {
	awk -F, '$1 == "op" { n += $2 } END { print n + 0 }' out
}

for event in port-write-monitor port-read-monitor; do
	measure $event --verbose
	why="$(counted io) exits for $(operations)"
	[ "$(counted io)" -ge "$(operations)" ] && [ "$(operations)" -gt 0 ]
	result $event-exits
done
for event in mmio-write-monitor mmio-read-monitor; do
	measure $event --verbose
	why="$(counted mmio) exits for $(operations)"
	[ "$(counted mmio)" -ge "$(operations)" ] && [ "$(operations)" -gt 0 ]
	result $event-exits
done
for event in port-write-kernel mmio-write-kernel; do
	measure $event --verbose
	why="$(counted io) exits for $(operations)"
	[ "$(counted io)" -lt 10 ] && [ -z "$(counted mmio)" ] && [ "$(operations)" -gt 100 ]
	result $event-stays-in-the-kernel
done
for event in inject-monitor inject-irqfd inject-msi; do
	measure $event --verbose
	if [ $status -eq 77 ]; then
		echo "skip $event-interrupts: $(tail -n 1 err)"
		continue
	fi
	raised=$(sed -n 's/^interrupts: //p' err)
	why="$raised interrupts for $(operations)"
	[ "${raised:-0}" -ge "$(operations)" ] && [ "$(operations)" -gt 0 ]
	result $event-interrupts
done

# What cannot be is refused, and said.
measure ipi --set irqchip=user
grep -q 'irqchip=kernel' err && [ $status -eq 77 ]
result needs-irqchip
measure null-ring --set transport=exit
grep -q 'transport=ring' err && [ $status -eq 77 ]
result needs-transport
measure port-write
grep -q 'did you mean port-write-monitor?' err && [ $status -eq 2 ]
result nearest
"$monitor" --memory 64M --event touch-2m >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'larger --memory' err && ! [ -s out ]
result memory
