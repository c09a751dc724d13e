#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# The figures the README promises, measured here and now. Usage: tests/bench.sh BUILD
# Each is a median (or vmtax's own estimate) with its 95 % interval; what is compared runs in turns. A promise
# is met when the whole interval keeps it. Exit status: 1 when one is not met, 77 without KVM.
set -u
build=$(cd "$1" && pwd) || exit 2
functions=$(cat "$(dirname "$0")/bench.awk") || exit 2
blocks=${BENCH_BLOCKS:-60}
rounds=6 # with fewer, a median has no 95 % interval
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# --- Reading tables ------------------------------------------------------------------------------------------

# cells TABLE COLUMN NAME=VALUE...: the cells of COLUMN, one a line, in rows where every NAME has its VALUE.
cells() {
	table=$1 column=$2
	shift 2
	awk -v column="$column" -v filters="$*" "$functions"'
	NR == 1 { n = csv($0, header); for (i = 1; i <= n; i++) at[header[i]] = i; wanted = split(filters, filter, " ") }
	NR > 1 {
		csv($0, field)
		for (i = 1; i <= wanted; i++) {
			split(filter[i], pair, "=")
			if (field[at[pair[1]]] != pair[2])
				next
		}
		if (field[at[column]] != "NA")
			print field[at[column]]
	}' "$table"
}

# middle: "median low high" of the numbers on stdin, each divided by $1.
middle() {
	awk -v unit="${1:-1}" "$functions"'{ x[++n] = $1 / unit } END { print median(x, n) }'
}

# paired FIRST SECOND: the ratio SECOND / FIRST of each batch of the "batch,name,ns" tables on stdin.
paired() {
	awk -F, -v first="$1" -v second="$2" '
	$2 == first { ns = $3 }
	$2 == second && ns > 0 { print $3 / ns; ns = 0 }'
}

# --- Showing figures -----------------------------------------------------------------------------------------

# figure NAME UNIT "VALUE LOW HIGH" [<= LIMIT | >= LIMIT | +- LIMIT]: a row with its promise and the verdict.
figure() {
	awk -v name="$1" -v unit="$2" -v figures="$3" -v operator="${4-}" -v limit="${5-}" '
	function shown(v) { return v == "" || v == "NA" ? "NA" : sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : "%.3f", v) }
	function verdict(value, low, high,    by) {
		if (shown(value) == "NA" || shown(low) == "NA")
			return "not measured"
		by = operator == "<=" ? high / limit - 1 : operator == ">=" ? 1 - low / limit \
			: (high - 1 > 1 - low ? high - 1 : 1 - low) - limit
		return by <= 0 ? "met" : sprintf("short by %.1f %%", 100 * by)
	}
	BEGIN {
		split(figures, v, " ")
		interval = "[" shown(v[2]) ", " shown(v[3]) "]"
		promise = operator == "" ? "" : (operator == "+-" ? "1 +- " : operator " ") limit " " unit
		printf "%-48s %8s %-4s %-20s %-12s %s\n", name, shown(v[1]), unit, interval, promise,
			operator == "" ? "" : verdict(v[1], v[2], v[3])
	}' | sed 's/ *$//' | tee -a "$work/figures"
}

# --- Measuring -----------------------------------------------------------------------------------------------

# What is compared runs in turns. Blocks are short and many: the machine's pace may change between two of them.
programs() {
	"$build/vmtax" run --out "$work/run" --only cpu-int,cpu-float --blocks "$blocks" --memory 64M \
		--configs native,bare-metal --no-observe >"$work/summary" &&
		"$build/vmtax" run --out "$work/start" --only syscall --blocks 20 --configs native,hosted-classic \
			--no-observe >>"$work/summary"
}

# null TRANSPORT KIND: one batch table of null requests, from the guest kernel or from a program in it.
null() {
	set -- "$1" "$2" "$build/vmtax-monitor" --set "transport=$1" --set completion=poll --set idle=poll \
		--set scheduling=pinned --memory 64M --timeout 120s
	case $2 in
	kernel) shift 2 && "$@" --bench null ;;
	program) shift 2 && "$@" -- "$build/tests/guest/null_call" 1000 30 ;;
	esac
}

# Null requests over both transports, in rounds that alternate; a table each round, transport and origin.
requests() {
	for round in $(seq $rounds); do
		for transport in exit ring; do
			null $transport kernel >"$work/kernel.$transport.$round" || return
			null $transport program >"$work/program.$transport.$round" || return
		done
		"$build/tests/guest/null_call" 1000 30 >"$work/program.native.$round" || return
	done
}

# costs ORIGIN TRANSPORT NAME: the ns of every batch of NAME, all rounds.
costs() {
	cat "$work/$1.$2".* | cells - ns "name=$3"
}

# cheaper ORIGIN NAME: of each round, how many times less a request takes by ring than by exit.
cheaper() {
	for round in $(seq $rounds); do
		by_exit=$(cells "$work/$1.exit.$round" ns "name=$2" | middle | cut -d' ' -f1)
		by_ring=$(cells "$work/$1.ring.$round" ns "name=$2" | middle | cut -d' ' -f1)
		echo "$by_exit $by_ring" | awk '{ print $1 / $2 }'
	done
}

# overhead WORKLOAD: "ratio low high" of bare-metal's time by native's, as vmtax estimated it.
overhead() {
	for column in ratio low high; do
		cells "$work/run/overhead.csv" $column "workload=$1" config=bare-metal baseline=native metric=time
	done | tr '\n' ' '
}

# setup COLUMN: what start and end of the monitor with irqchip=user take, in ms.
setup() {
	cells "$work/start/runs.csv" "$1" config=hosted-classic irqchip=user status=ok | middle 1e6
}

# highest: "highest lowest highest" of the numbers on stdin, each divided by $1: a promise for every run.
highest() {
	awk -v unit="$1" '
	NR == 1 || $1 > high { high = $1 }
	NR == 1 || $1 < low { low = $1 }
	END { if (NR) print high / unit, low / unit, high / unit; else print "NA NA NA" }'
}

# --- The figures ---------------------------------------------------------------------------------------------

"$build/vmtax" list knobs | grep '^  ring .*no,' >&2 # without it the figures by ring are of what stands in
echo "load average: $(cut -d' ' -f1-3 /proc/loadavg); other work disturbs these figures" >&2
programs
status=$?
[ $status -eq 0 ] || exit $status
requests
status=$?
[ $status -eq 0 ] || exit $status

for workload in cpu-int cpu-float; do
	figure "$workload, bare-metal / native" x \
		"$(overhead $workload)" +- 0.02
done
figure "null request by exit / bare KVM_RUN loop" x \
	"$(cat "$work"/kernel.exit.* | paired bare null | middle)" '<=' 1.15
figure "null request by ring" ns "$(costs kernel ring null | middle)" '<=' 1000
figure "null request, exit / ring" x "$(cheaper kernel null | middle)" '>=' 20
figure "from the program, by exit" ns "$(costs program exit forwarded | middle)"
figure "from the program, by ring" ns "$(costs program ring forwarded | middle)"
figure "from the program, exit / ring" x "$(cheaper program forwarded | middle)"
figure "the same system call natively" ns "$(costs program native forwarded | middle)"
figure "system call served in the guest" ns "$(costs program ring served | middle)"
figure "start of process to first instruction" ms "$(setup setup_ns)" '<=' 5
figure "teardown" ms "$(setup teardown_ns)" '<=' 5
figure "memory of the monitor beyond the guest's, peak" MiB \
	"$(for run in run start; do cells "$work/$run/runs.csv" rss_monitor_bytes status=ok; done | highest 1048576)" \
	'<=' 6

! grep -qE 'short by|not measured' "$work/figures"
