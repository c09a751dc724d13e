#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax run --suite nano: what events cost, and what becomes of those that cannot be done.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

header=name,class,command,guest,set,stage,stresses,how,native,published,memory

# refuses NAME PATTERN ROW [OPTION...]: a suite of this row is wrong usage, said in one line, and nothing is written.
refuses() {
	name=$1
	pattern=$2
	printf '%s\n%s\n' $header "$3" >wrong.csv
	shift 3
	"$vmtax" run --suite wrong.csv --out refused "$@" >out 2>err
	status=$?
	why="status $status: $(head -n 2 err | tr '\n' '|')"
	[ $status -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "$pattern" err && [ ! -e refused ]
	result "refuses-$name"
}

refuses unknown-knob 'unknown knob transprt.*wrong.csv:2:set.*did you mean transport?' \
	'a,nano,true,,transprt=ring,,,,none,,32M'
refuses unknown-value 'unknown value rang.*wrong.csv:2:set.*did you mean ring?' 'a,nano,true,,transport=rang,,,,none,,32M'
refuses no-value 'wrong.csv:2:set' 'a,nano,true,,idle=poll transport,,,,none,,32M'
refuses no-stage 'pread64 names no stages.*wrong.csv:2:stage' 'a,nano,true,,,pread64,,,none,,32M'
refuses nothing-to-run 'wrong.csv:2:command' 'a,nano,,,,,,,the same,,32M'
refuses set-of-another-class 'only events have it.*wrong.csv:2:set' 'a,cpu,true,,idle=poll,,,,,,32M'
refuses several-vms 'one VM at a time.*--vms' 'a,nano,true,,,,,,none,,32M' --vms 2
printf '%s\na,nano,true,,,,,,none,,32M\n' $header >wrong.csv
"$vmtax" ablate --suite wrong.csv --out refused >out 2>err
why="status $?: $(cat err)"
grep -q 'no run time to take apart' err && [ ! -e refused ]
result refuses-ablation

configs=native,hosted,bare-metal
virtual=2
if without_kvm "events of virtual machines"; then
	configs=native
	virtual=0
fi
# The shell that runs the scripts below in a VM too.
shell=$(command -v busybox)
if [ -z "$shell" ]; then
	echo "skip nano: busybox is not installed"
	exit 0
fi

# Ten ticks a turn of the empty loop, and 50 to 59 with the operation: 44.5 of it in the middle.
# They are printed at once: each write of a guest takes long on a busy machine.
cat >known <<'end'
for i in 0 1 2 3 4 5 6 7 8 9; do all="$all\nempty,100,1000\nop,100,$((5000 + i * 100))"; done
printf "kind,ops,ticks$all\n"
end
# Without a loop, each alone: 1000 to 1199 ticks.
cat >alone <<'end'
i=0
while [ $i -lt 200 ]; do all="$all\nop,1,$((1000 + i))" i=$((i + 1)); done
printf "kind,ops,ticks$all\n"
end
printf 'echo kind,ops,ticks\necho op,1\n' >nonsense
printf 'echo it cannot be done here >&2\nexit 77\n' >unable
printf 'kill -SEGV $$\n' >crash
cat >fake.csv <<end
$header,data
known,nano,$shell sh $PWD/known,,,,known numbers,prints them,the same,,32M,
alone,nano,$shell sh $PWD/alone,,transport=ring completion=poll,,known numbers,prints them,the same,,32M,
virtual,nano,$shell sh $PWD/known,,,,what only VMs have,prints it,none,,32M,
nonsense,nano,$shell sh $PWD/nonsense,,,,,,the same,,32M,
unable,nano,$shell sh $PWD/unable,,,,,,the same,,32M,
crash,nano,$shell sh $PWD/crash,,,,,,the same,,32M,
sleep,nano,$shell sleep 100,,,,,,the same,,32M,
unknown,nano,,no-such-event,,,,,none,,32M,
missing,nano,no-such-program-there-is,,,,,,the same,,32M,
stages,nano,file-rand input.txt 50,,,pread64:transport-in+monitor-in,,,none,,64M,input.txt:1M
end
"$vmtax" run --suite fake.csv --configs $configs --blocks 2 --timeout 4s --out fake >out 2>err
status=$?
why="status $status: $(tail -n 3 err | tr '\n' '|')"
[ $status -eq 1 ] && grep -q 'nonsense under native: failed: line 2 of what it printed is no kind,ops,ticks: op,1$' err
result nonsense-is-a-failure
for table in costs events distributions runs suite; do "$vmtax" report --json=$table fake >$table.json; done

# costs NAME FILTER: what jq says of costs.json.
costs() {
	why="$(jq -c '.[] | [.event, .config, .median_ns, .n, .status, .reason]' costs.json | head -n 40 | tr '\n' ' ')"
	jq -e --argjson virtual $virtual "$2" costs.json >/dev/null
	result "$1"
}

costs known-numbers '[.[] | select(.event == "known")] | length == 1 + $virtual and
	all(.[]; .status == "ok" and .n == 2 and .tsc_ticks == 44.5 and (.p90_ns > .median_ns) and .max_ns > .p90_ns)'
why="$(cat events.json | tr '\n' ' ' | cut -c1-400)"
jq -e 'all(.[] | select(.ops == 1000); (.empty_ns / .median_ns - 10 / 44.5 | fabs) < 1e-9 and .n == 10)' events.json >/dev/null
result empty-loop
costs alone '[.[] | select(.event == "alone")] | length == 1 + $virtual and all(.[]; .tsc_ticks == 1099.5)'
why="$(jq -c '.[0:3]' distributions.json)"
jq -e --argjson n $((2 * (1 + virtual))) '(map(.count) | add) == 200 * $n and all(.[]; .low_ns <= .high_ns) and
	(group_by(.run) | length == $n)' distributions.json >/dev/null
result distributions
why="$(jq -c '.[] | select(.workload == "alone") | [.config, .transport, .completion]' runs.json | tr '\n' ' ')"
jq -e 'all(.[] | select(.workload == "alone"); if .config == "native" then .transport == null
	else .completion == "poll" and (.transport == "ring" or (.label | endswith("*"))) end) and
	all(.[] | select(.workload == "known" and .config == "hosted"); .transport == "exit")' runs.json >/dev/null
result knobs-of-the-event
costs none-natively '[.[] | select(.event == "virtual" and .config == "native")] | length == 1 and .[0].status == "none"'
why="$(jq -c '.[] | select(.workload == "virtual") | .config' runs.json | tr '\n' ' ')"
jq -e 'all(.[] | select(.workload == "virtual" or .workload == "unknown"); .config != "native")' runs.json >/dev/null
result no-run-natively
costs unsupported 'def of($event; $reason): [.[] | select(.event == $event)] |
		length == 1 + $virtual and all(.[]; .status == "unsupported" and .n == 0 and (.reason | test($reason)));
	of("unable"; "^it cannot be done here") and of("crash"; "^it crashed: ") and of("sleep"; "^no end after 4 s") and
	of("missing"; "no-such-program")'
costs failed '[.[] | select(.event == "nonsense")] | all(.[]; .status == "failed")'
why="$(jq -c '.[] | [.workload, .config, .block, .status]' runs.json | tr '\n' ' ')"
jq -e '[.[] | select(.status != "ok")] | length > 0 and (group_by([.workload, .config]) | all(.[]; length == 1))' \
	runs.json >/dev/null
result not-tried-again
why="$(jq -c '.[] | [.workload, .flags]' runs.json | tr '\n' ' ')"
jq -e 'all(.[]; .flags == null or (.flags | test("startup|nondeterministic|observed") | not))' runs.json >/dev/null
result no-idle-warnings
if [ $virtual -gt 0 ]; then
	costs unknown-event '[.[] | select(.event == "unknown" and .config != "native")] | length == 2 and
		all(.[]; .status == "unsupported")'
	"$vmtax" report --json=requests fake >requests.json
	why="$(jq -c '.[] | select(.event == "stages")' costs.json | tr '\n' ' ')"
	jq -n -e --slurpfile costs costs.json --slurpfile runs runs.json --slurpfile requests requests.json '
		[$runs[0][] | select(.workload == "stages" and .config == "hosted" and .block and .status == "ok") | .run] as $of |
		[$of[] | . as $run | [$requests[0][] | select(.run == $run and .kind == "pread64" and
			(.stage == "transport-in" or .stage == "monitor-in")) | .p50_ns] | add] as $sums |
		$costs[0][] | select(.event == "stages" and .config == "hosted") |
		.n == 2 and .p90_ns == null and (.median_ns - ($sums | add / 2) | fabs) < 1' >/dev/null
	result stages
fi
why="$(cat out)"
grep -q '^known  *[0-9.]' out && ! grep -q 'NA\]\|, median \[' out && { [ $virtual -eq 0 ] || grep -q '^virtual  *none' out; } && grep -q '^! sleep under native.*no end after' out &&
	! grep -q 'as a multiple of native \[95' out && ! grep -q '.\{101\}' out
result summary
why="report.html lacks it"
grep -q 'What each event costs' fake/report.html && ! grep -q 'could not be drawn\|Where the time goes' fake/report.html
result picture
why="$(jq -c '[.resources[].name]' fake/datapackage.json)"
jq -e '[.resources[].path] | contains(["suite.csv", "events.csv", "distributions.csv", "costs.csv", "waterfall.csv"])' \
	fake/datapackage.json >/dev/null
result package

# A run that was stopped keeps its rows, and goes on without what could not be done.
echo 'echo tried >>'"$PWD"'/tries; echo no >&2; exit 77' >unable
printf '%s\nunable,nano,%s sh %s/unable,,,,,,the same,,32M\nslow,nano,%s sh %s/slow,,,,,,the same,,32M\n' \
	$header "$shell" "$PWD" "$shell" "$PWD" >slow.csv
printf 'sleep 0.6\n' >slow && cat known >>slow
"$vmtax" run --suite slow.csv --configs native --blocks 6 --out stopped >out 2>err &
while kill -0 $! 2>/dev/null && ! grep -q ',slow,' stopped/runs.csv 2>/dev/null; do sleep 0.05; done
kill $! 2>/dev/null
wait $!
rows=$(grep -c ',slow,' stopped/runs.csv)
why="$(cat err) $rows rows"
[ "$rows" -ge 1 ] && [ "$rows" -lt 6 ] && grep -q 'go on with: vmtax run --resume' err && [ "$(wc -l <stopped/events.csv)" -eq $((rows + 1)) ]
result stopped
"$vmtax" run --resume --out stopped >out 2>err
why="status $?: $(cat err tries; cut -d, -f1-7,22 stopped/runs.csv)"
[ "$(grep -c ',slow,' stopped/runs.csv)" -eq 6 ] && [ "$(wc -l <tries)" -eq 1 ] &&
	grep -q '^slow,native,native,.*,6,ok,NA$' stopped/costs.csv && grep -q '^unable,.*,unsupported,no$' stopped/costs.csv
result resumed

# The suite that comes with vmtax, a few events of it.
if [ $virtual -gt 0 ]; then
	"$vmtax" run --suite nano --only loop,cr3,null-ring --blocks 2 --out own >out 2>err
	status=$?
	why="status $status: $(tail -n 2 err | tr '\n' '|') $(cat own/costs.csv)"
	[ $status -eq 0 ] && [ "$(wc -l <own/costs.csv)" -eq 13 ] && grep -q '^cr3,native,native,.*,none,' own/costs.csv &&
		[ "$(grep -c ',ok,NA$' own/costs.csv)" -ge 8 ]
	result own-suite
fi
