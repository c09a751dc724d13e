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

# time_calls CONFIG COUNT PAIRS: a program that makes so many calls, each a request, and one that makes as many system
# calls, few of them requests, by turns. Runs are short, so that what other work does to some leaves the median alone.
time_calls() {
	printf '%s\n' name,class,command,stresses,data "call,system,$build/tests/guest/forever call $2,," \
		"seldom,system,$build/tests/guest/forever seldom $2,," >"$work/calls.csv"
	"$build/vmtax" run --suite "$work/calls.csv" --out "$work/calls.$1" --blocks "$3" --configs "$1" --memory 64M \
		--no-observe >"$work/calls.summary" 2>&1 || { cat "$work/calls.summary" >&2 && return 1; }
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
	time_calls hosted 5000 40 && time_calls bare-metal 10000 200 || return
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

# stages_in_loop CONFIG: what a call takes by the program's clock, by all that it consists of: the stages of its request,
# what the guest kernel did before and after, and the way into it and back, which is what the other program's calls take
# beyond their own stages and guest kernel. One of each pair of runs in which the vCPU hardly lacked a core.
stages_in_loop() {
	awk "$functions"'
	function cell(name) { return field[at[name]] }
	function is(name, value) { return name in at && cell(name) == value }
	function usable(run) { return run in known && lacked[run] < 0.2 }
	FNR == 1 { split("", at); n = csv($0, header); for (i = 1; i <= n; i++) at[header[i]] = i; next }
	{ csv($0, field); run = cell("run") }
	is("status", "ok") { taken[run] = cell("roi_ns"); blocks++; run_of[cell("workload"), cell("block")] = run }
	is("layer", "guest-kernel") && is("thread", "vcpu0") { known[run] += cell("ns") }
	is("layer", "wait-cpu") && is("thread", "vcpu0") && taken[run] > 0 { lacked[run] = cell("ns") / taken[run] }
	is("stage", "total") && is("kind", "getpgrp") { known[run] += cell("total_ns") }
	END {
		for (block = 1; block <= blocks; block++) {
			run = run_of["call", block]
			other = run_of["seldom", block]
			if (usable(run) && usable(other))
				print taken[run] / (known[run] + taken[other] - known[other])
		}
	}' "$work/calls.$1/runs.csv" "$work/calls.$1/layers.csv" "$work/calls.$1/requests.csv"
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
