# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# The placement engine: how fast it is, and how close to what is known to be best.

measure_packing() {
	for size in 10000 125000 250000 500000 1000000; do
		"$build/tests/bench/pack" scale $size >"$work/scale.$size" || return
	done
	for instances in triplets classes exact; do "$build/tests/bench/pack" $instances >"$work/pack.$instances" || return; done
}

# packed TABLE NAME [OVER]: "value value value" of its name, divided by that of OVER.
packed() {
	awk -F, -v name="$2" -v over="${3:-}" '
	$1 == name { value = $2 }
	$1 == over { unit = $2 }
	END { v = over == "" ? value : value / unit; print v, v, v }' "$work/$1"
}

# growth: the exponent of the CPU time in n log n, by least squares over sizes that are placed in the same way.
growth() {
	for size in 125000 250000 500000 1000000; do
		awk -F, -v n=$size '$1 == "cpu-seconds" { print log(n * log(n)), log($2) }' "$work/scale.$size"
	done | awk '{ n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
		END { v = (n * xy - x * y) / (n * xx - x * x); print v, v, v }'
}

show_packing() {
	figure "1,000,000 VMs x 4 resources placed" s "$(packed scale.1000000 seconds)" '<=' 10
	figure "memory for that" MiB "$(packed scale.1000000 mib)" '<=' 1024
	figure "its hosts / bound" x "$(packed scale.1000000 bins bound)"
	figure "10,000 VMs placed" s "$(packed scale.10000 seconds)" '<=' 1
	figure "its hosts / bound" x "$(packed scale.10000 bins bound)"
	figure "CPU time grows as (n log n) to the power of" x "$(growth)" '<=' 1.1
	figure "triplets, n = 120: hosts / optimum" x "$(packed pack.triplets triplets triplets-optimum)" '<=' 1.02
	figure "the same, first fit decreasing" x "$(packed pack.triplets triplets-ffd triplets-optimum)"
	figure "vectors cut from full hosts: hosts / optimum" x "$(packed pack.triplets vectors vectors-optimum)" '<=' 1.02
	figure "2-D classes 1-10: hosts / best of FFD, dot, L2" x "$(packed pack.classes classes classes-best)" '<=' 0.9999
	figure "classes in which it needs no more than these" n "$(packed pack.classes classes-fine)" '>=' 10
	figure "their hosts / bound" x "$(packed pack.classes classes classes-bound)"
	figure "up to 30 VMs: search finds GLPK's optimum, share" x "$(packed pack.exact exact-same exact)" '>=' 0.95
}
