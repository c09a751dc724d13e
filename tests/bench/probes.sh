# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What the probes that always count cost each workload of the suite: repetitions with and without them by turns, in one
# run, since two starts of vmtax run agree less than two repetitions of one. BENCH_PAIRS of them (30); BENCH_ONLY names
# workloads.
probe_pairs=${BENCH_PAIRS:-30}
probe_configs=native,hosted

measure_probes() {
	set -- --configs $probe_configs --blocks $((2 * probe_pairs)) --no-observe --probes alternate
	[ -z "${BENCH_ONLY-}" ] || set -- "$@" --only "$BENCH_ONLY"
	"$build/vmtax" run --out "$work/probes" "$@" >"$work/probes.summary" 2>"$work/probes.messages" || {
		cat "$work/probes.messages" >&2
		return 1
	}
}

# probes_ratio WORKLOAD CONFIG: time with probes by time without, of each pair: by the program's own marks where it has
# some.
probes_ratio() {
	awk -v workload="$1" -v config="$2" "$functions"'
	NR == 1 { n = csv($0, header); for (i = 1; i <= n; i++) at[header[i]] = i }
	NR > 1 {
		csv($0, field)
		if (field[at["workload"]] != workload || field[at["config"]] != config || field[at["status"]] != "ok")
			next
		ns = field[at["roi_ns"]] == "NA" ? field[at["life_ns"]] : field[at["roi_ns"]]
		pair = int((field[at["block"]] + 1) / 2)
		if (field[at["flags"]] ~ /unprobed/) without[pair] = ns
		else with[pair] = ns
	}
	END { for (pair in with) if (without[pair] > 0) print with[pair] / without[pair] }' "$work/probes/runs.csv"
}

show_probes() {
	for workload in $(cells "$work/probes/overhead.csv" workload metric=time | uniq); do
		for config in $(echo $probe_configs | tr , ' '); do
			probes_ratio "$workload" "$config" | tee -a "$work/probes.all" >"$work/probes.one"
			figure "$workload, $config: with probes / without" x "$(middle <"$work/probes.one")" '<=' 1.01
		done
	done
	figure "all of them: with probes / without" x "$(middle <"$work/probes.all")" '<=' 1.01
}
