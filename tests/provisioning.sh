#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax run --suite provisioning: each event under each configuration, as the stages of the repetitions say.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# refuses NAME PATTERN OPTION...: wrong usage, said in one line, and nothing is written.
refuses() {
	name=$1
	pattern=$2
	shift 2
	"$vmtax" run --out refused "$@" >out 2>err
	status=$?
	why="status $status: $(head -n 2 err | tr '\n' '|')"
	[ $status -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "$pattern" err && [ ! -e refused ]
	result "refuses-$name"
}

refuses no-such-suite 'no suite provisionning.*did you mean provisioning?' --suite provisionning
refuses vms 'the suite says itself how many of start run at once' --suite provisioning --vms 2
cat >many.csv <<'E'
name,class,command,stresses,vms,memory
storm-0,provisioning,birth,none,-1,32M
E
refuses a-negative-number 'many.csv:2:vms' --suite many.csv
cat >little.csv <<'E'
name,class,command,stresses,vms,memory
start,provisioning,birth,little,1,1M
E
refuses too-little-memory 'between 16M and 3G.*little.csv:2:memory' --suite little.csv

configs=native,hosted,bare-metal
wanted=3
if without_kvm "lives of virtual machines"; then
	configs=native
	wanted=1
fi
"$vmtax" run --suite provisioning --only start,fork-clone,storm-1,storm-4 --configs $configs --blocks 1 --memory 16M \
	--out lives >out 2>err
status=$?
why="status $status: $(tail -n 2 err | tr '\n' '|')"
[ $status -eq 0 ]
result runs

for table in runs lifecycle provisioning; do "$vmtax" report --json=$table lives >$table.json; done
why="$(jq -c '.[] | [.config, .event, .vms, .status]' provisioning.json | tr '\n' ' ')"
jq -e --argjson configs $wanted 'length == 8 * $configs and
	([.[] | [.event, .vms]] | unique | length == 8) and
	all(.[]; .event == "storm" or .vms == 1)' provisioning.json >/dev/null
result an-event-a-row
why="$(jq -c '.[] | select(.status != "ok")' provisioning.json | tr '\n' ' ')"
jq -e 'all(.[]; if .config == "native" and .event == "teardown" then .status == "na" and .reason and .median_ns == null
	else .status == "ok" and .n > 0 and .median_ns > 0 end)' provisioning.json >/dev/null
result each-is-measured
why="$(jq -c '.[] | [.event, .vms, .memory_bytes, .cpu_ns]' provisioning.json | tr '\n' ' ')"
jq -e 'all(.[] | select(.event == "storm"); .memory_bytes > 0 and .cpu_ns > 0)' provisioning.json >/dev/null
result memory-and-cpu-of-each

# The same from the stages, by hand; of one or two blocks the median is the mean.
jq -n --slurpfile runs runs.json --slurpfile stages lifecycle.json --slurpfile lives provisioning.json '
	([$stages[0][] | {key: "\(.run) \(.stage)", value: .ns}] | from_entries) as $at |
	def blocks($workload; $config): [$runs[0][] | select(.workload == $workload and .config == $config and .block)] |
		group_by(.block)[] | [.[].run];
	def all_at($runs; $stage): [$runs[] | $at["\(.) \($stage)"]];
	def storm($r): (all_at($r; "ready") | max) - (all_at($r; "start") | min) +
		(all_at($r; "program") | max) - (all_at($r; "go") | min);
	def same($value; $median): ($value | add / length) as $mean | ($mean - $median | fabs) <= 2;
	[$lives[0][] | . as $row |
	 if .event == "storm" then same([blocks("storm-\(.vms)"; .config) | storm(.)]; .median_ns)
	 elif .event == "first-instruction" then same([blocks("start"; .config) | storm(.)]; .median_ns)
	 elif .event == "create" then
		same([blocks("start"; .config) | all_at(.; "ready")[0] - all_at(.; "start")[0]]; .median_ns)
	 elif .event == "first-request" then
		same([blocks("start"; .config) | all_at(.; "answer")[0] - all_at(.; "program")[0]]; .median_ns)
	 else empty end] | length > 0 and all' >said 2>&1
why="$(head -n 2 said)"
[ "$(cat said)" = true ]
result by-hand
why="stages out of order: $(head -n 14 lives/lifecycle.csv | tr '\n' ' ')"
jq -e 'group_by(.run) | all(.[]; [.[].ns] == ([.[].ns] | sort)) and all(.[]; .[0].stage == "start")' \
	lifecycle.json >/dev/null
result stages-in-order
why="$(jq -c '[.[] | select(.workload == "storm-4") | [.block, .config, .vm]]' runs.json)"
jq -e '[.[] | select(.workload == "storm-4" and .block)] | length > 0 and
	(group_by([.block, .config]) | all(.[]; [.[].vm] == [1, 2, 3, 4]))' runs.json >/dev/null
result a-row-each

why="$(cat out)"
grep -q '^> From nothing to a program.s first instruction: native ' out && grep -q '^storm of 4 ' out &&
	grep -q '^fork-clone ' out && grep -q '^Memory of each ' out && ! grep -q 'as a multiple' out
result summary
why="report.html lacks it"
grep -q 'What a machine.s life costs' lives/report.html && ! grep -q 'could not be drawn' lives/report.html
result picture
why="$(jq -c '[.resources[].name]' lives/datapackage.json)"
jq -e '[.resources[].path] | contains(["lifecycle.csv", "provisioning.csv"])' lives/datapackage.json >/dev/null
result package

[ $wanted -eq 3 ] || exit 0
# What there is no memory for is left out, and says so.
cat >storms.csv <<'E'
name,class,command,stresses,vms,memory
storm-2,provisioning,birth,a few,2,16M
storm-1024,provisioning,birth,too many,1024,3G
E
"$vmtax" run --suite storms.csv --configs native,hosted --blocks 1 --out storms >out 2>err
status=$?
why="status $status: $(tail -n 2 err | tr '\n' '|')$(cat storms/provisioning.csv)"
[ $status -eq 0 ] && grep -q '^hosted,hosted,storm,.*,skipped,.*1024 VMs of 3.0.* need ' storms/provisioning.csv &&
	grep -q '^hosted,hosted,storm,2,.*,ok,NA$' storms/provisioning.csv
result no-room
