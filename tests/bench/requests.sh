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

# Null requests over both transports, in rounds that alternate; a table each round, transport and origin. Then only
# system calls that the guest kernel answers itself.
measure_requests() {
	for round in $(seq "$rounds"); do
		for transport in exit ring; do
			null $transport kernel >"$work/kernel.$transport.$round" || return
			null $transport program >"$work/program.$transport.$round" || return
		done
		operate native 30 served forwarded >"$work/program.native.$round" || return
	done
	# 201,000 calls a run; the last is observed by KVM's tracepoints.
	(cd "$work" && "$build/vmtax" run --out served --blocks "$rounds" --configs bare-metal --filter 'cut -d, -f1,2' \
		-- "$build/tests/bench/ops" 200 served >served.summary 2>&1)
	for round in $(seq "$rounds"); do
		for what in call nothing; do
			(cd "$work" && "$build/vmtax" run --out "$what.$round" --blocks 1 --configs hosted,bare-metal --no-observe \
				--filter 'wc -l' -- "$build/tests/guest/forever" $what 100000 >"$what.summary" 2>&1)
		done
	done
	[ -s "$work/served/counters.csv" ] || { cat "$work/served.summary" >&2 && return 1; }
}

# costs ORIGIN TRANSPORT NAME: the ns of every batch of NAME, all rounds.
costs() {
	cat "$work/$1.$2".* | cells - ns "name=$3"
}

# counted PROBE EVENT: what it counted of the vCPU in each run.
counted() {
	cells "$work/served/counters.csv" value layer=vcpu0 "probe=$1" "event=$2"
}

# exits_a_call: KVM's exits, but for the host's own interrupts.
exits_a_call() {
	counted kvm-stats irq_exits >"$work/irq_exits"
	counted kvm-stats exits | paste - "$work/irq_exits" | awk 'NF == 2 { print ($1 - $2) / 201000 }'
}

# of_calls WHAT ROUND CONFIG: "NS KERNEL REQUEST" of each of the program's calls: by its own clock, what of that the guest
# kernel says it was at work, and from end to end of the stages of its request, where it makes one.
of_calls() {
	result=$work/$1.$2
	cells "$result/runs.csv" run "config=$3" status=ok | head -n 1 | while read -r run; do
		echo "$(cells "$result/runs.csv" roi_ns "run=$run") $(cells "$result/runs.csv" ops "run=$run")" \
			"$(cells "$result/layers.csv" ns "run=$run" thread=vcpu0 layer=guest-kernel)" \
			"$(cells "$result/requests.csv" total_ns "run=$run" kind=getpgrp stage=total)"
	done | awk '$2 > 0 { print $1 / $2, $3 / $2, $4 / $2 }'
}

# stages_in_loop CONFIG: what a call takes by the program's clock, by all that it consists of: the stages of its request,
# what the guest kernel did before and after, and the way into it and back, which is all else that a call takes that does
# nothing there. One of each a round.
stages_in_loop() {
	for round in $(seq "$rounds"); do
		echo "$(of_calls call "$round" "$1") $(of_calls nothing "$round" "$1")"
	done | awk 'NF == 6 && $3 > 0 { print $1 / ($2 + $3 + $4 - $5) }'
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
	for config in hosted bare-metal; do
		figure "a call by the program's clock / its parts, $config" x "$(stages_in_loop $config | middle)" '+-' 0.01
	done
	figure "system call served in the guest" ns "$(costs program ring served | middle)"
	figure "the same system call natively" ns "$(costs program native served | middle)"
	figure "exits to the monitor per such call (KVM's tracepoint)" x \
		"$(counted tracepoints kvm:kvm_userspace_exit | highest 201000)" '<=' 0.001
	figure "exits in all (KVM's statistics, $(sed -n "s/^kvm backend,//p" "$work/served/machine.csv"))" x \
		"$(exits_a_call | middle)"
}
