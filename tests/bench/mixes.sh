# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# How well the throughput of VMs of unlike programs that run at once is predicted from each program alone. No mix is
# used for that. Where VMs hold more cores than there are, nothing is predicted: bare-metal is left out where four would.

mixes='kv:1,cpu-int:1 kv:1,pack:1 log:1,cpu-float:1 kv:2,pack:1 log:1,cpu-int:2 pack:2,cpu-float:1
kv:1,pack:1,cpu-int:1 log:2,pack:1,busybox-sha256sum:1 kv:1,log:1,pack:1,cpu-int:1'

mix_configs=native,hosted
[ "$(nproc)" -lt 8 ] || mix_configs=$mix_configs,bare-metal

measure_mixes() (
	set --
	for mix in $mixes; do set -- "$@" --mix "$mix"; done
	"$build/vmtax" scale --out "$work/mixes" "$@" --configs "$mix_configs" --blocks "$rounds" --for ${mix_seconds:-2}s --csv \
		>"$work/summary" 2>"$work/messages" || { cat "$work/messages" >&2 && exit 1; }
)

# off CONFIG: by how many percent each part of each mix is predicted wrong.
off() {
	cells "$work/mixes/mixes.csv" off "config=$1" | awk '{ print 100 * ($1 < 0 ? -$1 : $1) }'
}

# busy: whether others were, in any load.
busy() {
	cells "$work/mixes/mixes.csv" flags | grep -q busy
}

show_mixes() {
	! busy || echo "others kept the machine busy during some mixes: they are predicted for the cores that were left" >&2
	for config in $(echo "$mix_configs" | tr , ' '); do
		figure "$config: throughput of mixes off by" % "$(off $config | middle)" '<=' 10
		figure "$config: P95 in mixes, simulated / measured" x "$(p95_ratios $config | middle)"
	done
}

# p95_ratios CONFIG: of each part of each mix.
p95_ratios() {
	cells "$work/mixes/mixes.csv" sim_p95_ns "config=$1" >"$work/simulated"
	cells "$work/mixes/mixes.csv" p95_ns "config=$1" >"$work/measured"
	[ "$(wc -l <"$work/simulated")" -ne "$(wc -l <"$work/measured")" ] ||
		paste "$work/simulated" "$work/measured" | awk '$2 > 0 { print $1 / $2 }'
}
