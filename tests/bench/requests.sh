# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What a request costs that asks for nothing, by exit and by ring, and a system call that is none.

# null TRANSPORT KIND: one batch table of null requests, from the guest kernel or from a program in it.
null() {
	set -- "$1" "$2" "$build/vmtax-monitor" --set "transport=$1" --set completion=poll --set idle=poll \
		--set scheduling=pinned --memory 64M --timeout 120s
	case $2 in
	kernel) shift 2 && "$@" --bench null ;;
	program) shift 2 && "$@" -- "$build/tests/bench/ops" 30 served forwarded ;;
	esac
}

# Null requests over both transports, in rounds that alternate; a table each round, transport and origin. Then many
# system calls that the guest kernel answers itself, and few.
measure_requests() {
	for round in $(seq "$rounds"); do
		for transport in exit ring; do
			null $transport kernel >"$work/kernel.$transport.$round" || return
			null $transport program >"$work/program.$transport.$round" || return
		done
		operate native 30 served forwarded >"$work/program.native.$round" || return
	done
	for batches in 10 1010; do
		compare served.$batches 6 bare-metal "$build/tests/bench/ops" $batches served || [ $? -eq 1 ] || return
	done
}

# costs ORIGIN TRANSPORT NAME: the ns of every batch of NAME, all rounds.
costs() {
	cat "$work/$1.$2".* | cells - ns "name=$3"
}

# exits BATCHES: how often each run of so many left the guest, but for the host's own interrupts.
exits() {
	for event in exits irq_exits; do
		cells "$work/served.$1/counters.csv" value layer=vcpu0 probe=kvm-stats event=$event >"$work/$event"
	done
	paste "$work/exits" "$work/irq_exits" | awk '{ print $1 - $2 }'
}

# A million calls more, so many exits more: for each pair of runs.
exits_a_call() {
	exits 10 >"$work/few"
	exits 1010 | paste "$work/few" - | awk '{ print ($2 > $1 ? $2 - $1 : 0) / 1e6 }'
}

show_requests() {
	figure "null request by exit / bare KVM_RUN loop" x \
		"$(cat "$work"/kernel.exit.* | paired bare null | middle)" '<=' 1.15
	figure "null request by ring" ns "$(costs kernel ring null | middle)" '<=' 1000
	figure "null request, exit / ring" x \
		"$(ratio_of_rounds "$work/kernel.ring" "$work/kernel.exit" null | middle)" '>=' 20
	figure "from the program, by exit" ns "$(costs program exit forwarded | middle)"
	figure "from the program, by ring" ns "$(costs program ring forwarded | middle)"
	figure "from the program, exit / ring" x \
		"$(ratio_of_rounds "$work/program.ring" "$work/program.exit" forwarded | middle)"
	figure "the same system call natively" ns "$(costs program native forwarded | middle)"
	figure "system call served in the guest" ns "$(costs program ring served | middle)"
	figure "the same system call natively" ns "$(costs program native served | middle)"
	figure "exits (KVM's count) per call served in the guest" x "$(exits_a_call | middle)" '<=' 0.001
}
