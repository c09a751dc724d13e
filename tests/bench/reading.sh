# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Programs that read a file from the page cache: one that also computes, and one that does nothing else.

# What a null request costs is measured before, between and after.
measure_reading() {
	head -c 100M /dev/urandom >"$work/data"
	sync "$work/data"
	for round in $(seq "$rounds"); do
		for config in native bare-metal; do
			operate "$config" 11 read-64k <"$work/data" >"$work/read.$config.$round" || return
		done
	done
	programs sha256sum || return 0
	for half in 1 2; do
		operate hosted 11 forwarded >"$work/null.$half" || return
		compare sha256sum.$half 6 native,hosted "$(command -v sha256sum)" data || return
	done
	operate hosted 11 forwarded >"$work/null.3"
}

# explained: of each block, the time hosted as a part of: native time + requests x what a null request costs.
explained() {
	null_ns=$(cat "$work"/null.? | cells - ns name=forwarded | middle | cut -d' ' -f1)
	for half in 1 2; do
		result=$work/sha256sum.$half
		for block in $(seq 6); do
			run=$(cells "$result/runs.csv" run "block=$block" config=hosted status=ok | tail -n 1)
			echo "$(cells "$result/runs.csv" wall_ns "block=$block" config=native status=ok | tail -n 1)" \
				"$(cells "$result/runs.csv" wall_ns "run=$run")" "$null_ns" \
				"$(cells "$result/requests.csv" count "run=$run" stage=total | awk '{ n += $1 } END { print n }')"
		done
	done | awk 'NF == 4 { print $2 / ($1 + $3 * $4) }'
}

show_reading() {
	figure "64 KiB reads, warm: throughput, bare-metal / native" x \
		"$(ratio_of_rounds "$work/read.bare-metal" "$work/read.native" read-64k | middle)" '>=' 0.8
	for config in native bare-metal; do
		figure "one of them, $config" ns "$(of_rounds "$work/read.$config" read-64k | middle)"
	done
	[ -d "$work/sha256sum.1" ] || return 0
	figure "a null request from the program, hosted" ns "$(cat "$work"/null.? | cells - ns name=forwarded | middle)"
	figure "sha256sum, 100 MiB: hosted / (native + null requests)" x "$(explained | middle)" +- 0.10
}
