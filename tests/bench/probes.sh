# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What the probes that always count cost each workload of the suite: repetitions with and without them by turns, in one
# run, since two starts of vmtax run agree less than two repetitions of one. Those whose interval is wider than a
# hundredth are repeated as long as there is time: BENCH_SECONDS in all (480); BENCH_ONLY names workloads. Files are in
# memory: times of a disk scatter by more than is looked for, and are longer, so that a cost is a smaller part of them.
probe_configs=native,hosted

# probe_workloads: those that were measured, in the suite's order.
probe_workloads() {
	cells "$in_memory/probes.1/overhead.csv" workload metric=time | uniq
}

# probes_ratio WORKLOAD CONFIG: time with probes by time without, of each pair: by the program's own marks where it has
# some.
probes_ratio() {
	awk -v workload="$1" -v config="$2" "$functions"'
	FNR == 1 { n = csv($0, header); for (i = 1; i <= n; i++) at[header[i]] = i; next }
	{
		csv($0, field)
		if (field[at["workload"]] != workload || field[at["config"]] != config || field[at["status"]] != "ok")
			next
		ns = field[at["roi_ns"]] == "NA" ? field[at["life_ns"]] : field[at["roi_ns"]]
		pair = FILENAME " " int((field[at["block"]] + 1) / 2)
		if (field[at["flags"]] ~ /unprobed/) without[pair] = ns
		else with[pair] = ns
	}
	END { for (pair in with) if (without[pair] > 0) print with[pair] / without[pair] }' "$in_memory"/probes.*/runs.csv
}

# probes_scattered: of the workloads those whose interval is wide, with commas between.
probes_scattered() {
	for workload in $(probe_workloads); do
		for config in $(echo $probe_configs | tr , ' '); do
			probes_ratio "$workload" "$config" | middle
		done | awk -v name="$workload" '$2 == "NA" || $3 - $2 > 0.01 { wide = 1 } END { if (wide) print name }'
	done | paste -s -d , -
}

measure_probes() {
	only=${BENCH_ONLY-} seconds=${BENCH_SECONDS:-480} part=0
	end=$(($(date +%s) + seconds))
	while left=$((end - $(date +%s))) && { [ $part -eq 0 ] || [ $left -gt $((seconds / 8)) ]; }; do
		part=$((part + 1))
		"$build/vmtax" run --out "$in_memory/probes.$part" --configs $probe_configs --budget ${left}s --no-observe --probes alternate \
			${only:+--only "$only"} >"$work/probes.summary" 2>"$work/probes.messages" || {
			cat "$work/probes.messages" >&2
			return 1
		}
		only=$(probes_scattered)
		[ -n "$only" ] || return 0
	done
	echo "after $seconds s (BENCH_SECONDS) intervals are still wider than 0.01 of $(echo "$only" | sed 's/,/, /g')" >&2
}

show_probes() {
	for workload in $(probe_workloads); do
		for config in $(echo $probe_configs | tr , ' '); do
			probes_ratio "$workload" "$config" | tee -a "$work/probes.all" >"$work/probes.one"
			figure "$workload, $config: with probes / without" x "$(middle <"$work/probes.one")" '<=' 1.01
		done
	done
	figure "all of them: with probes / without" x "$(middle <"$work/probes.all")" '<=' 1.01
}
