#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax scale, on results whose law is known, and once for real.
vmtax=$1/vmtax
python3 "$VMTAX_SRC/tests/scale.py" "$VMTAX_SRC/model/examples/sample" || exit

result() {
	if [ $? -eq 0 ]; then echo "ok $1"; else echo "not ok $1: $(tail -n 2 err said | tr '\n' ' ')"; fi
}

# try STATUS ARGUMENT...: whether it ends with STATUS; its output is in said and err.
try() {
	want=$1
	shift
	"$vmtax" scale "$@" >said 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || { echo "ended with $got" >>err && false; }
}

try 0 law? --json --out fitted --slo p95=40ms &&
	jq -e 'length == 8 and all(.[]; ((.throughput / .usl - 1) | fabs) < 1e-4 and .blocks == 7) and .[3].flags == "oversubscribed"
		and .[0].flags == null' said >/dev/null
result points
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	NR == 2 { exit !($at["alpha"] > 0.0499 && $at["alpha"] < 0.0501 && $at["beta"] > 0.00199 && $at["beta"] < 0.00201 &&
		$at["gamma"] > 39.99 && $at["gamma"] < 40.01 && $at["peak_n"] > 21.7 && $at["peak_n"] < 21.9 &&
		$at["goal_n"] == 8) }' fitted/laws.csv
result law
try 0 queue? --csv && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	NR > 1 { r = $at["mva"] / $at["throughput"]; if (r < 0.999 || r > 1.001) exit 1 } END { exit NR != 5 }' said
result queueing-network
try 0 law? --slo p95=26ms && grep -q '^  contention 0.050 ' said && grep -q 'the goal is kept by up to 1 at once' said &&
	[ ! -s err ]
result text
try 0 law1 law2 && ! grep -q contention said
result too-few-for-a-law
[ -z "$(ls -d "${TMPDIR:-/tmp}"/vmtax-scale-* 2>/dev/null)" ]
result leaves-nothing

# refuses NAME STATUS TEXT ARGUMENT...: one line on stderr that holds TEXT, and no output.
refuses() {
	name=$1 status=$2 text=$3
	shift 3
	try "$status" "$@" && [ "$(wc -l <err)" -eq 1 ] && grep -qF -e "$text" err && [ ! -s said ]
	result "$name"
}

refuses nothing 2 'nothing to scale'
refuses both 2 'exclude each other' law1 --out x -- /bin/true
refuses no-out 2 'give --out DIR' -- /bin/true
refuses no-goal 2 'write p95=TIME' law1 --slo 5ms
refuses no-number 2 'give a whole number from 1' --out x --max none -- /bin/true
refuses too-many 2 'give a whole number from 1' --out x --max 65 -- /bin/true
refuses csv-json 2 'exclude each other' law1 --csv --json
refuses no-results 1 'nowhere/runs.csv' nowhere
mkdir broken && sed '3s/^2,/two,/' law2/runs.csv >broken/runs.csv
refuses broken-table 2 'broken/runs.csv:3:run' broken

try 0 --out real --max 2 --blocks 1 --configs native -- /bin/sleep 0.1 && [ -s real/vms2-1/runs.csv ] &&
	[ "$(grep -c ',native,' real/scaling.csv)" -eq 2 ]
result real
try 2 --out real2 --max 2 --blocks 1 --configs nativ -- /bin/true && [ ! -e real2/scaling.csv ]
result wrong-configuration
