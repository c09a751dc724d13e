#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The stages of requests: they sum to the whole, none is negative, and those between two clocks say how far off they may be.
. "$VMTAX_SRC/tests/check.lib"
build=$1
vmtax=$1/vmtax

needs_kvm stages

# The program makes 2,000 calls that the monitor has nothing to do for, one after the other, and times them itself.
timeout 240 "$vmtax" run --out run --configs native,hosted,bare-metal --blocks 1 --no-observe --filter 'wc -l' \
	-- "$build/tests/guest/forever" call 2000 >out 2>err
why="$(tail -n 3 out err)"
[ "$(tail -n +2 run/runs.csv | grep -c ',ok,')" -ge 3 ]
result runs
"$vmtax" report --json=requests run >requests.json
"$vmtax" report --json=runs run >runs.json

why=$(jq -c '.[] | select(.kind == "getpgrp")' requests.json | tr '\n' ' ')
jq -e '[.[] | select(.kind == "getpgrp" and .stage == "total" and .count >= 2000)] | length >= 2' requests.json >/dev/null
result all-recorded
# Each stage's total is rounded down to a nanosecond.
jq -e 'group_by([.run, .kind]) | all(.[]; (map(select(.stage != "total") | .total_ns) | add) as $stages |
	(.[] | select(.stage == "total") | .total_ns) as $all | ($stages - $all | fabs) <= 5)' requests.json >/dev/null
result stages-sum-to-the-whole
jq -e 'all(.[]; .total_ns >= 0 and .p50_ns >= 0)' requests.json >/dev/null
result none-is-negative
# A stage between two clocks has a bound, read or measured; the others begin and end by one.
jq -e 'all(.[]; if .stage | startswith("transport") then .bound_ns != null and .bound_ns >= 0 else .bound_ns == 0 end)' \
	requests.json >/dev/null
result bounds
# What was measured can be no less than the shortest way that was seen.
jq -e 'group_by(.run) | all(.[]; (map(select(.stage == "transport-in" and .count > 100) | .bound_ns) | max) as $bound |
	$bound == 0 or $bound <= (map(select(.stage | startswith("transport")) | .max_ns) | max))' requests.json >/dev/null
result bounds-are-of-this-run
why=$(grep requests_contradictory run/counters.csv | tr '\n' ' ')
grep -q requests_contradictory run/counters.csv && ! grep requests_contradictory run/counters.csv | grep -qv ',0,NA,NA,NA,NA$'
result no-contradictions

# The layers of a thread sum to its time from go to the program's end, and that is wall_ns and what lies before it.
for table in lifecycle layers; do "$vmtax" report --json=$table run >$table.json; done
why="$(tr '\n' ' ' <run/lifecycle.csv) $(grep -E 'program|vcpu0|driver0' run/layers.csv | tr '\n' ' ')"
jq -n -e --slurpfile runs runs.json --slurpfile stages lifecycle.json --slurpfile layers layers.json '
	[$runs[0][] | select(.status == "ok" and .wall_ns)] | length >= 2 and all(.[]; .run as $run | .wall_ns as $wall |
	([$stages[0][] | select(.run == $run) | {key: .stage, value: .ns}] | from_entries) as $at |
	(($at.end // $at.gone) - $at.go) as $all | ([$layers[0][] | select(.run == $run)] | group_by(.thread) | length >= 1 and
	all(.[]; (map(.ns) | add) - $all | fabs <= 0.001 * $all)) and
	($wall + $at.program - $at.go - $all | fabs <= 0.001 * $all))' >out
result layers-sum-to-the-time

# The time the program itself took for a call is that of its stages, and what lies before the first and after the last:
# the way into the guest kernel and back.
why=$(jq -c '[.[] | select(.ops) | [.config, .roi_ns / .ops]]' runs.json)
jq -e --slurpfile requests requests.json '[.[] | select(.ops and .config != "native" and .status == "ok")] | length >= 2 and
	all(.[]; . as $run | ([$requests[0][] | select(.run == $run.run and .kind == "getpgrp" and .stage == "total")] |
	.[0].total_ns) <= $run.roi_ns)' runs.json >/dev/null
result no-more-than-the-loop-took

# The report shows them, with their bounds.
"$vmtax" report --all run >out 2>err
why=$(cat err)
grep -q '^transport-in ' out && grep -q '^transport-out ' out && grep -q 'Stage by stage' run/report.html
result shown
if jq -e 'any(.[]; .bound_ns > 0)' requests.json >/dev/null; then
	why=$(grep '^transport' out | tr '\n' ' ')
	grep -q '^transport-in .*+-[0-9]' out && grep -q '&#177;[0-9]' run/report.html
	result bounds-shown
else
	echo "skip bounds-shown: this KVM says that the clocks are one"
fi

# A fork returns twice, and is one request.
"$vmtax" run --configs hosted --blocks 1 --no-observe --out forks -- /bin/busybox sh -c 'for i in 1 2 3 4 5; do (:); done' \
	>out 2>err
"$vmtax" report --json=requests forks >requests.json
why="$(jq -c '.[] | select(.stage == "total") | [.run, .kind, .count]' requests.json | tr '\n' ' ') $(cat err)"
jq -e '[.[] | select(.kind == "fork" and .stage == "total") | .count] | length > 0 and all(. == 5)' requests.json >/dev/null
result forks-are-counted-once

# A thread that begins is one request, whether a vCPU has to be made for it or not. What is counted natively may lack a few.
timeout 120 "$vmtax" run --configs hosted --blocks 1 --no-observe --out threads -- "$build/tests/guest/threads" >out 2>err
timeout 120 "$vmtax" profile --out natively -- "$build/tests/guest/threads" >out 2>>err
"$vmtax" report --json=requests threads >requests.json
started=$(awk -F, '$2 == "threads-started" { print $7 }' natively/profile.csv)
why="natively $started, $(jq -c '.[] | select(.stage == "total" and (.kind == "thread" or .kind == "vcpu")) | [.kind, .count]' requests.json |
	tr '\n' ' ') $(cat err)"
jq -e --argjson started "$started" '[.[] | select(.kind == "thread" and .stage == "total") | .count] | length > 0 and all(. >= $started and . < 1.1 * $started)' \
	requests.json >/dev/null
result threads-are-counted-once
# A thread that has ended can be read no more, and still its account says when it had no core.
"$vmtax" report --json=layers threads >layers.json
why=$(jq -c '.[] | select(.thread | startswith("vcpu")) | [.thread, .layer, .ns]' layers.json | tr '\n' ' ')
if [ -r /proc/thread-self/schedstat ]; then
	jq -e '[.[] | select(.thread | startswith("vcpu"))] | group_by([.run, .thread]) | length > 1 and
		all(.[]; any(.[]; .layer == "wait-io") and any(.[]; .layer == "wait-cpu"))' layers.json >/dev/null
	result threads-that-end-tell-of-waiting
else
	echo "skip threads-that-end-tell-of-waiting: the scheduler keeps no account of threads"
fi

# What a process took that was killed is what it took.
cat >killed.sh <<'S'
(i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; : >done; sleep 100) &
while ! [ -e done ]; do sleep 0.05; done
kill -9 $!
wait $!
rm done
S
"$vmtax" run --configs native,hosted --blocks 1 --no-observe --out killed -- /bin/busybox sh killed.sh >out 2>err
"$vmtax" report --json=runs killed >runs.json
why="$(jq -c '.[] | [.config, .status, .cpu_vcpu_ns, .cpu_setup_ns]' runs.json | tr '\n' ' ') $(tail -n 2 err)"
jq -e '(map(select(.config == "native") | .cpu_vcpu_ns) | min) as $native |
	map(select(.config == "hosted") | .cpu_vcpu_ns) | length > 0 and min > 0.5 * $native' runs.json >/dev/null
result killed-processes-count
