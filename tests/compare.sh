#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax compare as a user meets it: results beside results, the gate, and what is wrong with them.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax
export XDG_STATE_HOME="$PWD/state"

# try STATUS ARGUMENT...: runs vmtax compare and keeps its output in said and err.
try() {
	want=$1
	shift
	"$vmtax" compare "$@" >said 2>err </dev/null
	got=$?
	why="compare $*: status $got, want $want; stderr: $(tail -n 1 err); $(head -n 3 said)"
	[ $got -eq "$want" ]
}

# invocation NAME FACTOR: the recorded sample as another invocation, whose native runs take FACTOR times as long.
invocation() {
	mkdir -p "$1"
	cp "$VMTAX_SRC/model/examples/sample/machine.csv" "$1"
	awk -F, -v OFS=, -v name="$1" -v factor="$2" '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	NR > 1 {
		$2 = name
		if ($at["config"] == "native")
			for (i = at["wall_ns"]; i <= at["life_ns"]; i++)
				if ($i != "NA")
					$i = sprintf("%d", $i * factor)
	}
	{ print }' "$VMTAX_SRC/model/examples/sample/runs.csv" >"$1/runs.csv"
}

for i in 1 2 3; do
	invocation "old$i" "1.00$i"
	invocation "new$i" "1.10$i"
done

try 0 new1 new2 new3 --against old1 old2 old3 && grep -Eq '^cpu-int +native .*\+10\.0 % \[.* worse' said &&
	grep -Eq '^cpu-int +hosted .* ~ *$' said && grep -q 'rows are worse and 0 better' said && [ ! -s err ]
result slower
try 0 old1 old2 old3 --against new1 new2 new3 && grep -Eq '^cpu-int +native .*-[89]\.[0-9] % \[.* better' said
result faster
try 3 new1 new2 new3 --against old1 old2 old3 --fail-over 5%
result gate-shut
try 0 new1 new2 new3 --against old1 old2 old3 --fail-over 0.2
result gate-open
try 0 new1 new2 new3 --against old1 old2 old3 --metric overhead && grep -Eq '^cpu-int +hosted .*-9\.[0-9] % .* better' said
result overhead
try 0 new1 new2 new3 --against old1 old2 old3 --min-effect 20% && grep -q 'No difference of at least 20 %' said
result min-effect
try 0 --csv new1 new2 new3 --against old1 old2 old3 && head -n 1 said | grep -q '^workload,config,cache,metric,' &&
	[ "$(wc -l <said)" -eq 37 ]
result csv
try 0 --json new1 new2 new3 --against old1 old2 old3 && python3 -c 'import json, sys
rows = json.load(open("said"))
sys.exit(len(rows) != 36 or rows[0]["invocations"] != 3)'
result json
try 0 new1 --against old1 && grep -q '^- need ≥ 3 invocations a side; few-invocations: all rows$' said && grep -q 'cannot be told' said
result few
try 0 --learn old1 old2 old3 && [ -s state/vmtax/variance.csv ] && try 0 new1 --against old1 &&
	grep -Eq '^cpu-int +native .* worse$' said && grep -q '^- few-invocations: all rows$' said &&
	COLUMNS=100 try 0 new1 --against old1 && grep -Eq '^cpu-int +native .* worse +few-invocations' said
result learn
# In 80 columns, long names and remarks of some rows, too.
for side in old new; do
	mkdir -p long/$side && cp ${side}1/machine.csv long/$side && sed 's/,cpu-int,/,a-workload-with-a-long-name,/' ${side}1/runs.csv >long/$side/runs.csv
done
try 0 long/new --against long/old && awk 'length > 80 { exit 1 }' said && grep -q '^a-workload-w~ ' said
result narrow
try 0 new1 new2 new3 --against old1 old2 old3 --out page && grep -q '</html>' page/comparison.html &&
	[ -s page/comparison.csv ] && grep -q 'wrote page/comparison.csv' err
result page
ls /tmp/vmtax-compare-* >left 2>&1
why="$(cat left)"
[ "$(ls -d "${TMPDIR:-/tmp}"/vmtax-compare-* 2>/dev/null | wc -l)" -eq 0 ]
result leaves-nothing

# refuses NAME STATUS TEXT ARGUMENT...: one line on stderr that holds TEXT, and no output.
refuses() {
	name=$1 status=$2 text=$3
	shift 3
	try "$status" "$@" && [ "$(wc -l <err)" -eq 1 ] && grep -qF -e "$text" err && [ ! -s said ]
	result "$name"
}

refuses nothing 2 'nothing to compare'
refuses no-base 2 'name other results after --against' new1
refuses both-sides 1 'old1: give each invocation once' new1 old1 --against old1
refuses no-share 2 '--fail-over: give it as 5% or 0.05' new1 --against old1 --fail-over five
refuses no-metric 2 'unknown metric tine' new1 --against old1 --metric tine
refuses no-directory 1 'name a directory that vmtax run --out wrote' new1 --against nowhere --out unmade
[ ! -e unmade ]
result leaves-nothing
refuses learn-and-against 2 'exclude each other' --learn new1 --against old1
refuses csv-and-json 2 'exclude each other' --csv --json new1 --against old1
# Results of different workloads, which no gate may let pass for having found nothing.
mkdir apart && { head -n 1 old1/runs.csv && grep ',syscall,' old1/runs.csv; } >apart/runs.csv
mkdir alone && { head -n 1 new1/runs.csv && grep ',cpu-int,' new1/runs.csv; } >alone/runs.csv
cp old1/machine.csv apart && cp new1/machine.csv alone
try 1 alone --against apart --fail-over 5% && grep -q 'nothing was measured on both sides: name results' err
result nothing-in-common
mkdir broken && sed '3s/^[0-9]*,/three,/' old1/runs.csv >broken/runs.csv
refuses broken-table 1 'broken/runs.csv:3:run' new1 --against broken
