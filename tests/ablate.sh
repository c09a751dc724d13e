#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax ablate: bars that sum, rows that say what they are, bad input, and going on after a kill.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# refuses NAME PATTERN OPTION...: wrong usage, said in one line, and nothing is written.
refuses() {
	name=$1
	pattern=$2
	shift 2
	"$vmtax" ablate --out refused "$@" >out 2>err
	status=$?
	why="status $status: $(head -n 2 err | tr '\n' '|')"
	[ $status -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "$pattern" err && [ ! -e refused ]
	result "refuses-$name"
}

refuses orders-without-budget '^vmtax ablate: --orders has no budget.*--budget 10m' --orders 4
refuses native 'native is no virtual machine' --from native
refuses the-same 'hosted and hosted do not differ' --to hosted
refuses no-such-end '.*--to: did you mean hosted?' --to hostde
refuses configs 'an option of vmtax run' --configs native
refuses no-orders 'no number of orders' --orders many --budget 1m
printf '[mine]\nbase = hosted\n\ntransport = ring\nclock = exit\n' >mine.ini
printf '[mine]\nbase = hosted\ntransprt = ring\n' >wrong.ini
refuses own-unknown-knob 'transprt: wrong.ini:3: did you mean transport?' --config-file wrong.ini --to mine
refuses own-unknown-end '.*--to: did you mean mine?' --config-file mine.ini --to mien
refuses own-unused '.*--config-file changes nothing: name one' --config-file mine.ini --to bare-metal
refuses own-missing 'missing.ini' --config-file missing.ini --to mine
refuses own-the-same 'mine and mine do not differ' --config-file mine.ini --from mine --to mine
"$vmtax" run --from hosted --out refused >out 2>err
why="status $?: $(cat err)"
grep -q '^vmtax run: .*an option of vmtax ablate' err
result refuses-as-run

if ! has_kvm; then
	"$vmtax" ablate --only syscall --out none >out 2>err
	[ $? -eq 77 ]
	result without-kvm
	needs_kvm ablations
fi

# The knobs in which the two ends differ in what this machine can set, and what each is at either end.
knobs=$("$vmtax" list configs --json | jq -r '
	[.[] | select(.config == "hosted")] as $from | .[] | select(.config == "bare-metal") | . as $to |
	select([$from[] | select(.knob == $to.knob)][0].value != $to.value) | .knob')

# Two orders are enough for every step; their configurations are named by the end they are nearer to.
"$vmtax" ablate --only syscall --memory 16M --blocks 1 --orders 2 --budget 5m --out orders >out 2>err
status=$?
why="status $status: $(tail -n 3 err | tr '\n' '|')"
[ $status -eq 0 ]
result runs

# A plan turns a knob by what the ablation measured: the CPU seconds of the flip from hosted, medians of repetitions.
median_cpu() {
	awk -F, -v config="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["config"] == config && $at["status"] == "ok" {
		print $at["cpu_vcpu_ns"] + $at["cpu_vcpu_spin_ns"] + $at["cpu_monitor_ns"] }' orders/runs.csv | sort -n |
		awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
knob=$(echo "$knobs" | grep -x guest-pages || echo "$knobs" | grep -vx transport | head -n 1)
value=$("$vmtax" list configs --json | jq -r --arg k "$knob" '.[] | select(.config == "bare-metal" and .knob == $k) | .value')
printf 'vm,class,cpu,memory,measured_on\nweb,syscall,1,1,native\n' >fleet.csv
printf 'host,cores,memory,cost\nbox,100000,64,1000\n' >hosts.csv
"$vmtax" plan --overhead orders --fleet fleet.csv --hosts hosts.csv --what-if "hosted:$knob=$value" --out planned >planned.out 2>planned.err
status=$?
why="status $status: $(tail -n 1 planned.err); $(median_cpu hosted) ns, with $knob=$value $(median_cpu "hosted+$knob=$value"): $(grep hosted planned/plan/what-if.csv | tr '\n' '|')"
[ $status -eq 0 ] && awk -F, -v before="$(median_cpu hosted)" -v after="$(median_cpu "hosted+$knob=$value")" '
	$1 == "base" && $2 == "hosted" { was = $6 } $12 == "ablation" { is = $6 } END { by = is / was / (after / before); exit !(by > 0.9999 && by < 1.0001) }' planned/plan/what-if.csv
result plan

"$vmtax" report --json=ablation orders >ablation.json
why="$(cat orders/ablation.csv)"
jq -e 'length > 3 and .[-2].knob == "interaction" and .[-1].knob == "total" and .[-1].method == "apart"' \
	ablation.json >/dev/null
result last-rows
for knob in $knobs; do
	jq -e --arg knob "$knob" 'any(.knob == $knob)' ablation.json >/dev/null || why="no row for $knob"
done
jq -e --arg knobs "$knobs" '[.[:-2][].knob] | sort == ($knobs | split("\n") | sort)' ablation.json >/dev/null
result a-row-a-knob
jq -e 'def close(a; b): (a - b | fabs) <= 1;
	[.[:-1][] | select(.delta_ns)] as $bars |
	close($bars[0].begin_ns + ([$bars[].delta_ns] | add); $bars[-1].end_ns) and
	all(range(1; $bars | length); close($bars[.].begin_ns; $bars[. - 1].end_ns)) and
	close(.[-1].begin_ns + .[-1].delta_ns; .[-1].end_ns)' ablation.json >/dev/null
result bars-join-and-sum
jq -e 'all(.[:-1][]; .method == "shapley" or .delta_ns == null) and (.[-2].delta_ns | fabs) < 1' \
	ablation.json >/dev/null
result shapley-leaves-nothing-over

# The bars from runs.csv by hand: the mean over orders of time after less time before. Odd blocks are the bars';
# of so few the trimmed mean is the mean.
"$vmtax" report --json=runs orders >runs.json
"$vmtax" report --json=flips orders >flips.json
jq -n --slurpfile runs runs.json --slurpfile flips flips.json --slurpfile bars ablation.json '
	def time($c): [$runs[0][] | select(.config == $c and .status == "ok" and .block and .block % 2 == 1) |
		.roi_ns] | add / length;
	[$bars[0][:-2][] | select(.delta_ns) | . as $bar |
	 [$flips[0][] | select(.method == "shapley" and .knob == $bar.knob) | time(.after) - time(.before)] |
	 (add / length - $bar.delta_ns | fabs) < 1] | length > 0 and all' >said 2>&1
why="$(cat said)"
[ "$(cat said)" = true ]
result shapley-by-hand
why="$(jq -c '.[] | select(.method == "shapley") | [.order, .step, .knob]' flips.json | tr '\n' ' ')"
jq -e '[.[] | select(.method == "shapley")] | group_by(.order) | length == 2 and
	([.[0] | sort_by(.step)[].knob] == [.[1] | sort_by(-.step)[].knob])' flips.json >/dev/null
result orders-are-reversed

why="$(head -n 30 out)"
tr -s "\n " "  " <out >flat
grep -q "syscall: hosted to bare-metal.* Shapley values, [12] block" flat && grep -q "^interaction " out &&
	grep -q "= The bars sum to .*; measured apart" flat && grep -q '^> ' out
result summary
why="report.html has no waterfall"
grep -q 'What each knob is worth' orders/report.html && ! grep -q 'could not be drawn' orders/report.html
result picture
why="datapackage.json: $(jq -c '[.resources[].name]' orders/datapackage.json)"
jq -e '[.resources[].path] | contains(["ablation.csv", "flips.csv"])' orders/datapackage.json >/dev/null
result package

# An end of the user's own: what it changes is what is flipped.
"$vmtax" ablate --only syscall --memory 16M --blocks 1 --config-file mine.ini --to mine --set transport=exit \
	--out own >out 2>err
status=$?
"$vmtax" report --json=flips own >flips.json
why="status $status: $(tail -n 1 err; jq -c '.[] | [.knob, .before, .after]' flips.json | tr '\n' ' ')"
[ $status -eq 0 ] && jq -e 'map([.knob, .from, .to, .before]) == [["clock", "tsc", "exit", "hosted"]] and
	.[0].after == "mine+transport=exit"' flips.json >/dev/null
result own-end

# kill_and_resume DIR WORDS COUNT: kills the ablation just begun once COUNT lines of its runs hold WORDS, and resumes
# it. The runs it had recorded whole are in before, its end in status and why.
kill_and_resume() {
	pid=$!
	for i in $(seq 600); do
		[ "$(grep -c "$2" "$1/runs.csv" 2>/dev/null)" -ge "$3" ] 2>/dev/null && break
		sleep 0.05
	done
	kill -KILL $pid
	wait $pid 2>/dev/null
	cut -d, -f1-7 "$1/runs.csv" | sed '$d' >before
	"$vmtax" ablate --resume --out "$1" >out 2>err
	status=$?
	why="status $status: $(tail -n 2 err | tr '\n' '|')"
}

# A killed one goes on where it was, with no repetition lost or done twice.
"$vmtax" ablate --only syscall --memory 16M --blocks 2 --orders 0 --out killed >out 2>err &
kill_and_resume killed ',ok,' 4
[ $status -eq 0 ] && [ "$(wc -l <before)" -ge 4 ]
result resumes
why="rows recorded before are gone"
cut -d, -f1-7 killed/runs.csv | head -n "$(wc -l <before)" | cmp -s - before
result keeps-rows
why="$(sed 1d killed/runs.csv | awk -F, '{ print $3, $7 }' | sort | uniq -c | sort -rn | head -n 3)"
sed 1d killed/runs.csv | awk -F, '$3 != "NA" { n[$3 " " $7]++; flip = $7 ~ /\+/
	blocks[$3] = blocks[$3] || flip } END { for (i in n) if (n[i] != 1) exit 1
	for (b in blocks) { all++; bars += blocks[b] } exit !(all >= 4 && bars >= 2 && all > bars) }'
result each-once
why="$(cat killed/ablation.csv)"
grep -q '^syscall,interaction,.*,single,' killed/ablation.csv && grep -q '^syscall,total,.*,apart,' killed/ablation.csv
result single-flips

# The same in the second stage, of orders of knobs, into which an ablation goes by itself where knobs interact: here it
# is told to.
"$vmtax" ablate --only syscall --memory 16M --blocks 1 --out stages >out 2>err
grep -q '^orders,' stages/schedule.csv || echo 'orders,=2' >>stages/schedule.csv
rows=$(wc -l <stages/runs.csv)
"$vmtax" ablate --resume --out stages >out 2>err &
kill_and_resume stages '' $((rows + 4))
[ $status -eq 0 ]
result resumes-orders
why="rows recorded before are gone"
cut -d, -f1-7 stages/runs.csv | head -n "$(wc -l <before)" | cmp -s - before
result keeps-rows-of-both-stages
why="$(cat stages/ablation.csv)"
sed 1d stages/runs.csv | awk -F, '$3 != "NA" { if (n[$3 " " $7]++) exit 1 }' &&
	grep -q '^syscall,interaction,.*,shapley,' stages/ablation.csv && grep -q '^shapley,2,' stages/flips.csv
result orders-each-once
