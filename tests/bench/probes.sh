# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What the probes that always count cost each workload of the suite: the same with them and without, in turns. Runs are
# many and short, since two starts of vmtax run agree less than two repetitions of one. BENCH_ROUNDS pairs (24), of
# BENCH_BLOCKS repetitions (3) each; BENCH_ONLY names workloads.
probe_rounds=${BENCH_ROUNDS:-24}
probe_configs=native,hosted

# counted WITH|WITHOUT ROUND: the suite once, with the probes that always count, or with none.
counted() {
	set -- "$work/probes.$1.$2" "$1"
	[ "$2" = with ] || set -- "$1" "$2" --probes none
	result=$1
	shift 2
	[ -z "${BENCH_ONLY-}" ] || set -- "$@" --only "$BENCH_ONLY"
	"$build/vmtax" run --out "$result" --configs $probe_configs --blocks "${BENCH_BLOCKS:-3}" --no-observe "$@" \
		>"$work/probes.summary" 2>"$work/probes.messages" || {
		cat "$work/probes.messages" >&2
		return 1
	}
}

# Which comes first changes from pair to pair.
measure_probes() {
	for round in $(seq "$probe_rounds"); do
		order="with without"
		[ $((round % 2)) -eq 0 ] || order="without with"
		for which in $order; do
			counted "$which" "$round" || return
		done
	done
}

# of_probes WITH|WITHOUT ROUND WORKLOAD CONFIG: its time, by its own marks where it has some.
of_probes() {
	for column in roi_ns life_ns; do
		time=$(cells "$work/probes.$1.$2/runs.csv" $column "workload=$3" "config=$4" status=ok | middle | cut -d' ' -f1)
		[ "$time" = NA ] || break
	done
	echo "$time"
}

# probes_ratio WORKLOAD CONFIG: time with probes by time without, of each pair.
probes_ratio() {
	for round in $(seq "$probe_rounds"); do
		echo "$(of_probes with "$round" "$1" "$2") $(of_probes without "$round" "$1" "$2")"
	done | awk '$1 > 0 && $2 > 0 { print $1 / $2 }'
}

show_probes() {
	for workload in $(cells "$work/probes.with.1/overhead.csv" workload metric=time | uniq); do
		for config in $(echo $probe_configs | tr , ' '); do
			probes_ratio "$workload" "$config" | tee -a "$work/probes.all" >"$work/probes.one"
			figure "$workload, $config: with probes / without" x "$(middle <"$work/probes.one")" '<=' 1.01
		done
	done
	figure "all of them: with probes / without" x "$(middle <"$work/probes.all")" '<=' 1.01
}
