#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# A null request by each transport beside its bare counterpart, in batches that alternate within one VM: a loop
# of KVM_RUN, a doorbell that wakes a thread (ioeventfd), a line of memory that a polling thread answers by
# another. Usage:
# tests/bench_null.sh BUILD. Exit status: 1 when a ratio's interval is beyond its limit, 77 without KVM.
set -u
build=$(cd "$1" && pwd) || exit 2
functions=$(cat "$(dirname "$0")/bench/tables.awk") || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
[ -r /dev/kvm ] && [ -w /dev/kvm ] || exit 77

for round in 1 2 3 4 5 6; do
	for transport in exit eventfd ring; do
		"$build/vmtax-monitor" --set transport=$transport --set completion=poll --set idle=poll \
			--set scheduling=pinned --memory 64M --timeout 300s --bench null |
			sed "1d; s/^/$transport,/" >>"$work/batches" || exit
	done
done
printf '%-10s %-28s %-28s %s\n' transport 'bare, ns' 'null request, ns' 'ratio'
awk -F, "$functions"'
function shown(text,    v) { split(text, v, " "); return sprintf("%.4g [%.4g, %.4g]", v[1], v[2], v[3]) }
$3 == "bare" { bare = $4 }
$3 == "null" && bare > 0 { i = ++n[$1]; b[$1, i] = bare; a[$1, i] = $4; r[$1, i] = $4 / bare; bare = 0 }
function middle(x, t,    i, y) { for (i = 1; i <= n[t]; i++) y[i] = x[t, i]; return median(y, n[t]) }
END {
	count = split("exit eventfd ring", order, " ")
	limit["exit"] = limit["eventfd"] = 1.15
	limit["ring"] = 1.5
	for (k = 1; k <= count; k++) {
		t = order[k]
		ratio = middle(r, t)
		split(ratio, v, " ")
		met = v[3] != "NA" && v[3] <= limit[t]
		bad = bad || !met
		printf "%-10s %-28s %-28s %s <= %s  %s\n", t, shown(middle(b, t)), shown(middle(a, t)), shown(ratio), limit[t],
			met ? "met" : "not met"
	}
	exit bad
}' "$work/batches"
