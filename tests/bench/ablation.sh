# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Whether what each knob is worth sums to the whole difference, measured apart; and many VMs at once.
# BENCH_BUDGET (default 30s) is the time for each program; more narrows the intervals.
machines=16

# take_apart NAME ARGUMENT...: an ablation of single flips into $work/NAME; what went wrong in it is said.
take_apart() (
	name=$1
	shift
	cd "$work" &&
		"$build/vmtax" ablate --out "$name" --orders 0 --budget "${BENCH_BUDGET:-30s}" --memory 64M \
			--timeout 20s "$@" \
			>"$name.summary" 2>"$name.messages"
	[ $? -eq 0 ] || cat "$name.messages" >&2
)

measure_ablation() {
	take_apart file-sync -- "$build/workloads/file-sync" sync.bin 20
	if programs sqlite3; then
		take_apart sqlite3 -- "$(command -v sqlite3)" -batch small.db 'DROP TABLE IF EXISTS t; CREATE TABLE t(i, s);
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
			INSERT INTO t SELECT i, hex(i) FROM n; CREATE INDEX by_s ON t(s); SELECT count(*), sum(i) FROM t;'
	fi
	if programs redis-server redis-benchmark redis-cli; then
		take_apart redis-server -- /bin/sh -c 'redis-server --port 0 --unixsocket r.sock --save "" --dir . >/dev/null &
			until redis-cli -s r.sock ping >/dev/null 2>&1; do sleep 0.01; done
			redis-benchmark -s r.sock -t set -n 50 -c 1 -q >/dev/null; redis-cli -s r.sock shutdown nosave; wait'
	fi
	take_apart forks -- /bin/sh -c 'i=0; while [ $i -lt 8 ]; do (exit $((i % 2))); i=$((i + 1)); done; echo $i'
	(cd "$work" && "$build/vmtax" run --out many --vms $machines --memory 64M --configs native,hosted,bare-metal --blocks 2 \
		--no-observe -- "$build/workloads/page-touch" 8M >many.summary 2>many.messages) ||
		{ cat "$work/many.summary" "$work/many.messages" >&2 && return 1; }
}

# bars RESULT: the sum of the bars, in ms.
bars() {
	cells "$work/$1/ablation.csv" knob | grep -vx total | while read -r knob; do
		cells "$work/$1/ablation.csv" delta_ns "knob=$knob"
	done | awk '{ sum += $1 } END { print NR ? sum / 1e6 : "NA" }'
}

# total RESULT COLUMN: COLUMN of the whole difference, in ms.
total() {
	cells "$work/$1/ablation.csv" "$2" knob=total | awk '{ print $1 / 1e6 } END { if (NR == 0) print "NA" }'
}

# accounted CONFIG: the share of the VMs that ended well, with a row of their own and layers that sum to their time.
accounted() {
	cells "$work/many/runs.csv" run "config=$1" status=ok "vms=$machines" >"$work/ran"
	blocks=$(cells "$work/many/runs.csv" block "config=$1" | sort -u | wc -l)
	awk -F, 'NR == FNR { ran[$1]; next } $1 in ran { has[$1] } END { for (run in has) n++; print n + 0 }' \
		"$work/ran" "$work/many/layers.csv" | awk -v all=$((machines * blocks)) '{ print $1 / all, $1 / all, $1 / all }'
}

show_ablation() {
	echo "sum of the bars from hosted to bare-metal [the interval of the whole difference, measured apart]"
	for name in file-sync sqlite3 redis-server forks; do
		[ -d "$work/$name" ] || continue
		grep 'the budget allows' "$work/$name.messages" | sed "s/.*the budget/$name: the budget/; s/--budget.*/BENCH_BUDGET/" >&2
		figure "$name, $(cells "$work/$name/ablation.csv" blocks knob=total | sed 's/$/ blocks/')" ms \
			"$(bars $name) $(total $name low_ns) $(total $name high_ns)" in "$(total $name delta_ns)"
	done
	for config in hosted bare-metal; do
		figure "$machines VMs at once, accounted for, $config" x "$(accounted $config)" '>=' 1
		figure "$machines VMs at once, monitor beyond the guest, $config" MiB \
			"$(cells "$work/many/runs.csv" rss_monitor_bytes "config=$config" | highest 1048576)" '<=' 4
	done
}
