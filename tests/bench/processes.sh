# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Programs that make others: a child that ends at once, and a shell's pipeline.
configs="native hosted bare-metal"

measure_processes() {
	for round in $(seq "$rounds"); do
		for config in $configs; do
			operate "$config" 5 fork >"$work/fork.$config.$round" || return
		done
	done
	programs bash seq grep wc || return 0
	compare pipeline "$rounds" "$(echo "$configs" | tr ' ' ,)" "$(command -v bash)" --norc -c 'seq 100000 | grep 7 | wc -l'
}

show_processes() {
	for config in $configs; do
		set -- "fork and wait for a trivial child, $config" ms "$(of_rounds "$work/fork.$config" fork | middle 1e6)"
		[ "$config" = native ] || set -- "$@" '<=' 5
		figure "$@"
	done
	[ -d "$work/pipeline" ] || return 0
	for config in $configs; do # vmtax has seen that they print the same
		figure "seq 100000 | grep 7 | wc -l, $config" ms \
			"$(cells "$work/pipeline/runs.csv" wall_ns "config=$config" status=ok | middle 1e6)"
	done
}
