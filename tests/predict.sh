#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax fit and predict, on results whose costs are known.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax
backend=$("$vmtax" doctor --json 2>/dev/null | jq -r '.[] | select(.name == "kvm backend").finding' | grep kvm_)
processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
PROCESSOR=$processor BACKEND=${backend:-kvm_test} python3 "$VMTAX_SRC/tests/predict.py" "$VMTAX_SRC/model/examples/sample" || exit

# try STATUS COMMAND ARGUMENT...: whether it ends with STATUS; its output is in said and err.
try() {
	want=$1
	shift
	"$vmtax" "$@" >said 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || { echo "ended with $got" >>err && false; }
}

# near JQ VALUE: whether what JQ makes of said is within 0.1 % of VALUE.
near() {
	jq -e --argjson want "$2" "($1) as \$got | ((\$got - \$want) | fabs) <= 0.001 * (\$want | fabs)" said >/dev/null 2>>err
}

cost() {
	echo ".[] | select(.config == \"hosted\" and .metric == \"time\" and .term == \"$1\").cost"
}

try 0 fit known --json && near "$(cost request)" 50000 && near "$(cost page-fault)" 4000 && near "$(cost base)" 1 &&
	near "$(cost guest-call)" 1000 && near '[.[] | select(.term == "request")][0].direct' 50000 &&
	jq -e 'all(.[]; .low <= .cost and .cost <= .high)' said >/dev/null
result costs
near '[.[] | select(.term == "request" and .metric == "time")][0].exit' 3000 && near '[.[] | select(.term == "request" and .metric == "time")][0].indirect' 2000 &&
	try 0 fit known && tr -s ' \n' ' ' <said | grep -q 'a request 3.00 us are the exit, 47.0 us until it is served, and as much as 2.00 us more' &&
	grep -Eq '^condition number [0-9.]+$' said
result split-request
[ -s known/coefficients.csv ] && try 0 fit known --csv --out elsewhere && cmp -s known/coefficients.csv elsewhere/coefficients.csv
result same-again
try 0 fit known --validate --held-out held --csv && awk -F, 'NR > 1 && ($7 / $6 > 1.01 || $7 / $6 < 0.99) { exit 1 }
	END { exit NR != 1 + 2 * (16 + 4) }' said && grep -q 'judged by it 1 time$' err
result validation
try 0 fit known --validate --held-out held && awk 'length > 80 { exit 1 }' said && grep -q 'judged by it 2 times' err && grep -q 'no fit has seen' said &&
	grep -Eq 'constant slowdown +16 ' said && grep -q 'within the 95 % interval' said
result validation-text
printf 'name,class,command,stresses,data\np1,cpu,true,,\np5,cpu,true,,\n' >two.csv
try 0 fit known --validate --held-out two.csv --out apart --csv && [ "$(awk -F, '$4 == "list" { print $1 }' said | sort | uniq -c | tr -s ' \n' ' ')" = ' 2 p1 2 p5 ' ] &&
	[ "$(grep -c . said)" -eq $((1 + 2 * 16)) ] && ! grep -Eq 'p[15]( |,|$)' apart/coefficients.csv && grep -q '^known: fits have been judged by it 1 time$' err
result validation-of-a-suite

try 0 report known && grep -q '<h2>Predicted and measured' known/report.html && ! grep -q 'could not be drawn' known/report.html &&
	[ "$(grep -c 'aria-label="hosted, \(time\|CPU seconds\), predicted against measured"' known/report.html)" -ge 2 ]
result validation-figure
try 0 predict known --costs known --json &&
	near '([.[] | select(.program == "p3" and .metric == "time" and .term != "total").ns] | add)' \
		"$(jq '.[] | select(.program == "p3" and .metric == "time" and .term == "total").ns' said)" &&
	jq -e '[.[] | select(.program == "p3" and .metric == "time" and .term == "total")][0] | .low_ns <= .ns and .ns <= .high_ns' \
		said >/dev/null && [ "$(jq '[.[] | select(.flags != null)] | length' said)" -eq 0 ]
result prediction
try 0 predict known/profile.csv --costs known && grep -Eq '^p3 hosted: time, ' said && grep -Eq '%  request +[0-9]+ x 50.0 us' said
result prediction-text
# Nothing is left of one that nobody reads to its end, nor of one that is killed.
mkdir tmp && (TMPDIR=$PWD/tmp "$vmtax" predict known --costs known --csv 2>/dev/null | head -n 1 >/dev/null) &&
	{ TMPDIR=$PWD/tmp timeout -s KILL 0.01 "$vmtax" predict known --costs known >/dev/null 2>&1 || true; } &&
	for tries in 1 2 3 4 5 6 7 8 9 10; do [ "$(ls tmp)" ] && sleep 0.2 || break; done && [ -z "$(ls tmp)" ]
result nothing-left
try 0 fit huge --validate --csv && awk -F, 'NR > 1 && ($7 / $6 > 1.01 || $7 / $6 < 0.99) { exit 1 } END { exit NR != 1 + 2 * 12 }' said &&
	try 0 fit huge --json && near "$(cost base)" 1 && jq -e '[.[] | select(.term == "walk").cost] | max == 0' said >/dev/null
result huge-pages
sed '/,walk,/d' huge/coefficients.csv >cut.csv && mkdir whole && mv cut.csv whole/coefficients.csv && try 0 predict huge --costs whole --json &&
	jq -e '[.[] | select(.program == "h1" and .metric == "time" and .term == "base")][0].events as $base |
		[.[] | select(.program == "h1" and .metric == "time" and .term == "total")][0].native_ns as $native |
		$base > 0.9 * $native' said >/dev/null && try 0 predict huge --costs huge --json &&
	jq -e '[.[] | select(.program == "h1" and .metric == "time" and .term == "base")][0].events as $base |
		[.[] | select(.program == "h1" and .metric == "time" and .term == "total")][0].native_ns as $native |
		$base < 0.75 * $native' said >/dev/null
result huge-pages-not-told-apart
# Where the kernel gives huge pages unasked, computing takes the guest, who has none, as long as the program without them.
mkdir unasked && { head -n 1 known/profile.csv && grep '^p3,' known/profile.csv && cpu=$(awk -F, '$1 == "p3" && $2 == "cpu" { print $7 }' known/profile.csv) &&
	echo "p3,cpu-small,time,NA,NA,ns,$((2 * cpu)),NA,NA,NA,NA,clock"; } >unasked/profile.csv &&
	try 0 predict known --costs known --json && base=$(jq '[.[] | select(.program == "p3" and .metric == "time" and .term == "base")][0].events' said) &&
	try 0 predict unasked --costs known --json && near '[.[] | select(.metric == "time" and .term == "base")][0].events' "$((${base%.*} + cpu))"
result huge-pages-unasked
# Of 60 waits 30 are in calls that may block, the others on a futex.
mkdir waits && { head -n 1 known/profile.csv && grep '^p3,' known/profile.csv &&
	printf 'p3,%s,NA,trace\n' 'read,call,host,yes,1,30,0,0,0' 'futex,call,"guest, host",NA,1,100,0,0,NA' 'waits,thread,NA,NA,1,60,NA,NA,NA'; } \
	>waits/profile.csv && try 0 predict waits --costs known --json &&
	jq -e '[.[] | select(.metric == "time" and .term != "total")] | map({ (.term): .events }) | add |
		.wait == 30 and .["futex-wait"] == 30 and .futex == 70 and .blocking == 30' said >/dev/null
result waits
# The same where it is known that 20 are in reads that may block, 10 on the futex, and the rest for a device.
awk -F, -v OFS=, 'NR == 1 { print $0, "waits"; next } { w = $2 == "read" && $5 == "yes" ? 20 : $2 == "futex" ? 10 : $2 == "close" ? 30 : "NA"; print $0, w }' \
	waits/profile.csv >told.csv && try 0 predict told.csv --costs known --json &&
	jq -e '[.[] | select(.metric == "time" and .term != "total")] | map({ (.term): .events }) | add |
		.wait == 20 and .["futex-wait"] == 10 and .futex == 90 and .blocking == 30' said >/dev/null
result waits-told
try 0 list terms --csv && grep -q '^request,.*,forwarded-call$' said && [ "$(wc -l <said)" -gt 8 ]
result terms
# Rows by the ten thousands, of one program and of many, in seconds; of equals each kind of request is shown.
awk -F, -v OFS=, 'NR == 1 || /^p3,/; /^p3,close,/ { for (i = 0; i < 64000; i++) { $2 = "close" i; print } }' waits/profile.csv >rows.csv &&
	(ulimit -t 30 && try 0 predict rows.csv --costs known && [ "$(grep -c ' close[0-9]* .* requests, [+]' said)" -ge 4 ])
result many-rows
awk 'NR == 1; NR > 1 { row[NR] = $0 } END { for (i = 0; i < 8000; i++) for (n in row) print i row[n] }' waits/profile.csv >programs.csv &&
	[ "$(wc -l <programs.csv)" -gt 50000 ] && (ulimit -t 30 && try 0 predict programs.csv --costs known)
result many-programs
try 0 predict far --costs known && grep -q 'lies outside of what' said && grep -Eq 'request .* outside: [0-9.]+/s, fitted up to [0-9.]+/s$' said
result outside
try 0 predict known --costs known --json --out kept && jq -e 'map(select(.term == "total" and .metric == "time")) | length == 16 and
	all(.[]; .held == 1 and .ops == 1000 and ((.ns - .native_ns) / 1000 / .added_ns - 1 | fabs) < 1e-6)' said >/dev/null
result by-operation
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } { print } $at["term"] == "kib" { $at["term"] = "late"; $at["cost"] = 20000; print }' \
	known/coefficients.csv >coefficients && mkdir ring && mv coefficients ring/coefficients.csv &&
	awk -F, -v OFS=, 'NR > 1 && $2 == "close" { $7 = 100; $10 = 25 } { print }' known/profile.csv >ring/profile.csv &&
	try 0 predict ring --costs ring --out ring --csv && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ n++; off += !($at["event"] == "close" && $at["count"] == 100 && $at["late_share"] == 0.25 && near($at["awake_ns"], 50000) &&
		near($at["asleep_ns"], 70000) && near($at["added_ns"], 55000) && near($at["p50_ns"], 50000) && near($at["p95_ns"], 70000)) }
	function near(a, b) { return a / b > 0.999 && a / b < 1.001 }
	END { exit n != 16 || off }' ring/latencies.csv
result latencies
# In CPU time a call counts twice that a driver polls beside.
mkdir watched && awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } { print } $at["term"] == "kib" && $at["metric"] == "cpu" {
	$at["term"] = "awake"; $at["cost"] = 1; print }' known/coefficients.csv >watched/coefficients.csv &&
	awk -F, -v OFS=, 'NR == 1 { print $0, "watched"; next } $2 == "close" { $7 = 100 } { print $0, $2 == "close" ? 50 : "NA" }' known/profile.csv \
		>watched/profile.csv && try 0 predict watched --costs watched --json &&
	jq -e 'map(select(.program == "p3" and .term == "request")) | map({ (.metric): .events }) | add | .time == 100 and .cpu == 150' said >/dev/null
result watched
# Two processes end: one was forked, and has no driver for 50 calls; of five times that they executed three failed.
mkdir forks && { cat known/profile.csv && printf 'p3,%s,call,guest,NA,1,%s,0,0,NA,NA,trace\n' exit_group 2 execve 5; } >forks/profile.csv &&
	sed 's/,late,/,young,/' ring/coefficients.csv >forks/coefficients.csv && try 0 predict forks --costs forks --json &&
	jq -e '[.[] | select(.program == "p3" and .metric == "time" and .term != "total")] | map({ (.term): .events }) | add |
		.young == 50 and .exec == 2 and .blocking == 3' said >/dev/null
result forks
try 0 predict ring --costs ring && grep -q 'close  *100 requests, +50.0 us each (25 %: +70.0 us, driver asleep)' said
result latencies-text
"$vmtax" profile --sadf "$VMTAX_SRC/model/examples/sadf.csv" --out coarse >said 2>err &&
	try 0 predict coarse --costs known --json && jq -e 'all(.[]; .term != "total" or (.flags | test("coarse")))' said >/dev/null &&
	jq -e 'map(select(.term == "total")) | all(.[]; .high_ns == null and .low_ns > 0)' said >/dev/null &&
	try 0 predict coarse --costs known && grep -q 'the least to expect' said && grep -q 'time, at least .* not known' said
result coarse
sed 's/,trace/,proc-io/' known/profile.csv >untraced && try 0 predict untraced --costs known && grep -q 'without counting system calls' said &&
	sed 's/,trace/,ptrace/' known/profile.csv >followed && try 0 predict followed --costs known && ! grep -q 'without counting' said
result untraced
mkdir older && cut -d, -f1-17 known/coefficients.csv >older/coefficients.csv && ! grep -q held older/coefficients.csv &&
	try 0 predict known --costs older --json && jq -e 'all(.[]; .held == null)' said >/dev/null
result older-costs
try 0 fit known --validate --held-out held && grep -Eq '^  q1 .* ms .* ms \[.*%$' said &&
	grep -Eq '^  q1 +([0-9]+)/\1 +([0-9]+)/\2 +0/- +[0-9]+/[0-9]+ +0/-$' said && grep -Eq '^  page-fault +4 +50.0 % +50.0 % +50.0 %$' said &&
	grep -Eq '^  request +16 +0.0 % +0.0 % +0.0 %$' said
result validation-programs
awk -F, 'NR > 1 && $4 == "page-fault" { off += $6 != 2 * $5; n++ } NR > 1 && ($4 == "request" || $4 == "call") { off += $6 != $5; n++ }
	END { exit off || n != 3 * (16 + 4) }' known/event-counts.csv
result event-counts
try 0 predict known --costs known --machine twice --json &&
	near '[.[] | select(.term == "request" and .metric == "time")][0].cost_ns' 100150
result other-machine
grep -v ',hosted,' twice/costs.csv >native && mkdir unable && mv native unable/costs.csv
# Costs of another processor are used, and marked; those of the target's own nano suite are its own.
jq_totals() { jq -e "map(select(.term == \"total\")) | all(.[]; $1)" said >/dev/null; }
try 0 predict known --costs known --json && jq_totals ".processor == (\"$processor\" | if . == \"\" then null else . end) and
	.backend == \"${backend:-kvm_test}\" and (.metric == \"cpu\" or .setup_ns == 2000000)"
result costs-told
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 { $at["processor"] = "Elsewhere 9000" } { print }' \
	known/coefficients.csv >away && mkdir foreign && mv away foreign/coefficients.csv
if [ "$processor" ]; then
	try 0 predict known --costs foreign --json && jq_totals '.flags == "foreign" and .processor == "Elsewhere 9000"' &&
		try 0 predict known --costs foreign && grep -q 'Elsewhere 9000' said && grep -q 'another processor' said &&
		try 0 predict known --costs foreign --machine twice && ! grep -q 'another processor' said
	result foreign
fi
# By what a page fault takes there, more than all of the program's time: half is left for it.
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["term"] == "page-fault" { $at["native_ns"] = 1e9 } { print }' \
	known/coefficients.csv >slow && mkdir slower && mv slow slower/coefficients.csv && try 0 predict known --costs slower --json &&
	jq_totals '.flags == "faults"' && jq -e '[.[] | select(.program == "p3" and .metric == "time")] |
		(map(select(.term == "total"))[0].native_ns / 2) as $half | map(select(.term == "base"))[0].events == $half' said >/dev/null &&
	try 0 predict known --costs slower && grep -q 'over half of its native time were page faults' said
result faults
try 0 predict known --costs known --openmetrics m.prom && [ "$(tail -n 1 m.prom)" = '# EOF' ] &&
	grep -q '^vmtax_predicted_seconds{program="p3",config="hosted",metric="time"} [0-9.]*$' m.prom &&
	[ "$(grep -c '^# TYPE' m.prom)" -eq 4 ]
result openmetrics
try 0 fit known --out elsewhere --openmetrics costs.prom && [ "$(tail -n 1 costs.prom)" = '# EOF' ] &&
	awk '/^vmtax_cost_seconds{config="hosted",metric="time",term="request",/ { found = $2 > 4.99e-5 && $2 < 5.01e-5 } END { exit !found }' costs.prom &&
	grep -q '^vmtax_factor_ratio{config="hosted",metric="time",term="error",' costs.prom
result openmetrics-fit
. "$VMTAX_SRC/tests/openmetrics.lib"
openmetrics_check m.prom
openmetrics_check costs.prom
try 1 fit known --out elsewhere --openmetrics no/where.prom && grep -q 'no/where.prom' err
result openmetrics-nowhere
ln -s /dev/null link && try 0 predict known --costs known --openmetrics link && [ -L link ] &&
	try 1 predict known --costs known --openmetrics /dev/full && grep -q 'cannot write metrics: /dev/full: No space' err && [ -c /dev/full ]
result openmetrics-device
try 0 predict known --costs known --json && jq -e 'all(.[]; .term != "late" and .term != "awake")' said >/dev/null
result no-absent-terms

# refuses NAME STATUS TEXT COMMAND ARGUMENT...: one line on stderr that holds TEXT, and no output.
refuses() {
	name=$1 status=$2 text=$3
	shift 3
	try "$status" "$@" && [ "$(wc -l <err)" -eq 1 ] && grep -qF -e "$text" err && [ ! -s said ]
	result "$name"
}

refuses nothing-to-fit 2 'nothing to fit on' fit
refuses fit-nothing 2 'the name of a directory is empty: name what' fit ''
refuses fit-file 2 'it is no directory: known/runs.csv: name the directory' fit known/runs.csv
refuses fit-many 2 'more than 64 directories: run several suites into one' fit $(yes known | head -n 65)
refuses no-runs 1 'twice/runs.csv' fit twice --out nowhere
mkdir bare && cp known/runs.csv bare
refuses no-profiles 2 'no program was measured, natively and in a virtual machine, and profiled: bare' fit bare
[ ! -e nowhere/coefficients.csv ]
result no-partial-file
try 1 predict nowhere --costs nowhere --out new && [ ! -e new ] && [ ! -e nowhere ]
result leaves-nothing
mkdir uncounted && cp known/*.csv uncounted && sed 's/,trace/,proc-io/' known/profile.csv >uncounted/profile.csv
refuses uncounted-profile 2 'of p0 was made without counting system calls' fit uncounted
refuses held-out-alone 2 'give --validate, too' fit known --held-out held
refuses held-out-nowhere 2 'cannot open nowhere: No such file or directory: give a file, or ' fit known --validate --held-out nowhere
refuses held-out-none 2 'no program that is held out was measured' fit held --out apart --validate --held-out two.csv
{ cat known/profile.csv && tail -n 2 known/profile.csv; } >doubled.csv
refuses profiled-twice 2 'it stands in line' predict doubled.csv --costs known
refuses held-out-not-profiled 2 'and profiled: bare' fit known --validate --held-out bare
cp known/coefficients.csv before && sed -i 's/,time,request,ns,[^,]*/,time,request,ns,7/' known/coefficients.csv && cp known/coefficients.csv changed &&
	try 2 fit known --validate --held-out bare && cmp -s known/coefficients.csv changed && ! cmp -s before changed
result costs-kept
refuses held-out-seen 2 'is among the programs to fit on and among those held out' fit known --validate --held-out known
refuses both-forms 2 'exclude each other' fit known --csv --json
refuses no-profile 2 'nothing to predict from' predict --costs known
refuses no-costs 2 'no costs to predict with' predict known
mkdir nobody && head -n 1 known/profile.csv >nobody/profile.csv
refuses empty-profile 2 'nobody: make it with vmtax profile' predict nobody --costs known
mkdir below && sed 's/^\(p0,page-faults,[^,]*,[^,]*,[^,]*,[^,]*,\)/\1-/' known/profile.csv >below/profile.csv
refuses count-below-nought 2 'below/profile.csv:4:value' predict below --costs known
mkdir free && sed '3s/ns,[^,]*/ns,NA/' known/coefficients.csv >free/coefficients.csv
(ulimit -t 20 -v 2000000; refuses endless-profile 2 'zero:1: save it as plain text' predict /dev/zero --costs known)
refuses cost-missing 2 'free/coefficients.csv:3:cost' predict known --costs free
sed '3s/ns,[^,]*/ns,-5/' known/coefficients.csv >free/coefficients.csv
refuses cost-below-nought 2 'free/coefficients.csv:3:cost' predict known --costs free
sed '3s/ns,[^,]*/ns,1e308/' known/coefficients.csv >free/coefficients.csv
refuses cost-huge 2 'free/coefficients.csv:3:cost' predict known --costs free
sed 's/^\(p0,page-faults,[^,]*,[^,]*,[^,]*,[^,]*,\)[^,]*/\11e308/' known/profile.csv >below/profile.csv
refuses count-huge 2 'below/profile.csv:4:value' predict below --costs known
mkdir machine && awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { $at["median_ns"] = "-5" } 1' \
	twice/costs.csv >machine/costs.csv
refuses measured-below-nought 2 'machine/costs.csv:2:median_ns' predict known --costs known --machine machine
sed 's/,-5,/,1e308,/' machine/costs.csv >huge.csv && mv huge.csv machine/costs.csv
refuses measured-huge 2 'machine/costs.csv:2:median_ns' predict known --costs known --machine machine
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $at["config"] != "native" { $at["median_ns"] = 0.5 } 1' \
	twice/costs.csv >machine/costs.csv
try 0 predict known --costs known --machine machine --json && jq -e 'all(.[]; .ns >= 0)' said >/dev/null
result nothing-added-there
sed '/,time,base,/d' known/coefficients.csv >free/coefficients.csv
refuses cost-base 2 'no row of the term base' predict known --costs free
sed '/,error/d' known/coefficients.csv >free/coefficients.csv && try 0 predict known --costs free --json &&
	jq -e 'all(.[]; .low_ns == null and .high_ns == null)' said >/dev/null
result no-interval
head -n 6 known/coefficients.csv >free/coefficients.csv
refuses other-machine-without-kvm 2 'natively alone, not under hosted: unable: run it where there is KVM' predict known --costs known --machine unable
refuses costs-cut-off 2 'free/coefficients.csv:6:metric' predict known --costs free
awk -F, '{ if ($3 == "cpu" && $4 == "error") exit; print }' known/coefficients.csv >free/coefficients.csv
refuses costs-cut-off-in-cpu 2 'the table was cut off' predict known --costs free
sed 2p known/coefficients.csv >free/coefficients.csv
refuses cost-twice 2 'has the term base twice' predict known --costs free
sed 's/,time,/,thyme,/' known/coefficients.csv >free/coefficients.csv
refuses cost-metric 2 'free/coefficients.csv:2:metric' predict known --costs free
refuses no-coefficients 1 'vmtax fit --out wrote' predict known --costs held
refuses missing-profile 1 'vmtax profile --out wrote' predict nowhere --costs known
mkdir wrong && sed '3s/^\(p0,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*\),[^,]*/\1,many/' known/profile.csv >wrong/profile.csv
refuses broken-profile 2 'wrong/profile.csv:3:value' predict wrong --costs known
mkdir other && sed 's/kvm_[a-z]*/kvm_other/' known/coefficients.csv >other/coefficients.csv
if [ -n "$backend" ]; then
	refuses other-backend 2 'the costs are of KVM backend kvm_other' predict known --costs other
	try 0 predict known --costs other --machine twice
	result other-backend-scaled
else
	echo 'skip other-backend: no KVM here'
fi
