#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax scale, on results whose law is known, and once for real.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax
python3 "$VMTAX_SRC/tests/scale.py" "$VMTAX_SRC/model/examples/sample" || exit

# try STATUS ARGUMENT...: whether it ends with STATUS; its output is in said and err.
try() {
	want=$1
	shift
	"$vmtax" scale "$@" >said 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || { echo "ended with $got" >>err && false; }
}

try 0 law? --json --out fitted --slo p95=40ms &&
	jq -e 'length == 8 and all(.[]; ((.throughput / .usl - 1) | fabs) < 1e-4 and .blocks == 7 and .flags == null)' said >/dev/null
result points
try 0 held? --json && jq -e '.[3].flags == "oversubscribed" and .[3].mva == null and .[3].sim_p95_ns == null and .[1].flags == null and
	.[1].mva > 0' said >/dev/null && try 0 held? && grep -q '^ *4 \* ' said && grep -q '^\* oversubscribed' said
result oversubscribed
try 0 busy? --json --out busy && jq -e 'map(.flags) == ["busy", "busy", "busy", null] and (.[0].mva / 20 - 1 | fabs) < 1e-6' said >/dev/null &&
	[ "$(grep -c '<svg ' busy/report.html)" -eq 4 ] && try 0 busy? && grep -q 'no law is told' said && ! grep -q contention said && [ "$(grep -c '^ *[123] ! .*MiB$' said)" -eq 3 ] && grep -q '^! busy' said
result busy
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	NR == 2 { exit !($at["alpha"] > 0.0499 && $at["alpha"] < 0.0501 && $at["beta"] > 0.00199 && $at["beta"] < 0.00201 &&
		$at["gamma"] > 39.99 && $at["gamma"] < 40.01 && $at["peak_n"] > 21.7 && $at["peak_n"] < 21.9 &&
		$at["goal_n"] == 8) }' fitted/laws.csv
result law
[ "$(grep -c '<svg ' fitted/report.html)" -eq 3 ] && [ "$(grep -c '<circle ' fitted/report.html)" -eq 40 ] &&
	[ "$(grep -c 'stroke-dasharray="" *\/>\|stroke-dasharray="5 4" *\/>' fitted/report.html)" -eq 3 ] && ! grep -qi 'nan' fitted/report.html
result picture
try 0 queue? --csv && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	NR > 1 { r = $at["mva"] / $at["throughput"]; if (r < 0.999 || r > 1.001) exit 1 } END { exit NR != 5 }' said
result queueing-network
try 0 law? --slo p95=26ms && grep -q '^  contention 0.050 ' said && grep -q 'the goal is kept by up to 1 at once, by simulation by ' said &&
	[ ! -s err ] && awk 'length > 80 { exit 1 }' said && [ "$(grep -Ec '^  n +(runs/s|median) ' said)" -eq 2 ] &&
	COLUMNS=100 try 0 law? --slo p95=26ms && [ "$(grep -c '^  n .* runs/s .* median ' said)" -eq 1 ]
result text
mkdir all && for n in 1 2 3 4 5 6 7 8; do ln -s ../law$n all/vms$n-1; done && echo >all/laws.csv && try 0 all --csv && cmp -s said fitted/scaling.csv
result directory-of-directories
try 0 law1 law2 && ! grep -q contention said
result too-few-for-a-law
try 0 law1 law1 ./law1 all --csv && cmp -s said fitted/scaling.csv
result given-twice
[ -z "$(ls -d "${TMPDIR:-/tmp}"/vmtax-scale-* 2>/dev/null)" ]
result leaves-nothing

# refuses NAME STATUS TEXT ARGUMENT...: one line on stderr that holds TEXT, and no output.
refuses() {
	name=$1 status=$2 text=$3
	shift 3
	try "$status" "$@" && [ "$(wc -l <err)" -eq 1 ] && grep -qF -e "$text" err && [ ! -s said ]
	result "$name"
}

"$vmtax" scale --out stop --mix kv:1,pack:1 --configs native --for 30s >said 2>err </dev/null &
stopped=$!
for i in $(seq 100); do
	sleep 0.1
	[ ! -e stop/loads.csv.part ] || break
done
kill -TERM $stopped
wait $stopped
[ $? -eq 143 ] && [ -z "$(ls -A stop)" ]
result stopped
refuses nothing 2 'nothing to scale'
refuses both 2 'exclude each other' law1 --out x -- /bin/true
refuses no-out 2 'give --out DIR' -- /bin/true
refuses fails-at-a-rate 1 'false: exit status 1' --out fails --rate 20 --max 1 --blocks 1 --configs native -- false
refuses no-goal 2 'write pNN=TIME' law1 --slo 5ms
refuses no-number 2 'give a whole number from 1' --out x --max none -- /bin/true
refuses too-many 2 'give a whole number from 1 to 64' --out x --max 65 -- /bin/true
refuses csv-json 2 'exclude each other' law1 --csv --json
refuses no-results 1 'nowhere/runs.csv' nowhere
mkdir broken && sed '3s/^2,/two,/' law2/runs.csv >broken/runs.csv
refuses broken-table 2 'broken/runs.csv:3:run' broken

# part CONFIG LOAD PROGRAM COLUMN: of mixes.csv in said, as JSON.
part() {
	jq -r --arg c "$1" --arg l "$2" --arg p "$3" '.[] | select(.config == $c and .load == $l and .program == $p and .rate == null)
		| .'"$4" said
}
# close A B: whether they are within 2 %.
close() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a / b > 0.98 && a / b < 1.02) }'
}
try 0 loads --json --slo p95=300ms && jq -e 'all(.[]; .off == null or (.off | fabs) < 0.001)' said >/dev/null &&
	[ "$(part native a:2,b:1 a method)" = mva ] && [ "$(part native a:2,b:1 a off)" != null ] &&
	close "$(part native a:1 a throughput)" 10 && [ "$(part native a:2,b:1 b keeps)" = yes ] &&
	[ "$(part native a:1 a off)" = null ] && [ "$(part native a:1 a resident_bytes)" -eq 1048576 ]
result mix
[ "$(part bare-metal a:2,b:1 a flags)" = oversubscribed ] && [ "$(part bare-metal a:2,b:1 a predicted)" = null ] &&
	[ "$(part bare-metal a:1 a flags)" = null ]
result mix-oversubscribed
try 0 loads && grep -q 'off by 0.0 % in the median' said && grep -q 'a:2,b:1, oversubscribed' said &&
	awk 'length > 80 { exit 1 }' said && COLUMNS=120 try 0 loads && grep -q '^    program VMs  runs/s .* median ' said
result mix-text
try 0 loads --slo p95=150ms && grep -q 'a:2,b:1: does not keep the goal' said && grep -q 'a:1: keeps the goal' said
result mix-goal
try 0 crowded --json && close "$(part native a:1,b:1 a throughput)" 5 && close "$(part native a:1,b:1 a predicted)" 5 &&
	[ "$(part native a:1,b:1 a flags)" = busy ]
result mix-crowded
close "$(part native a:2,b:1 a throughput)" 13.333 && close "$(part native a:2,b:1 a predicted)" 13.333 &&
	[ "$(part native a:2,b:1 a blocks)" -eq 3 ] && [ "$(part native a:2,b:1 a flags)" = null ]
result mix-crowded-once
try 0 waits --json && close "$(part native one:1 one alone_ns)" 1e8 && close "$(part native one:1 one predicted)" 10 &&
	close "$(part native two:1 two alone_ns)" 2e8
result mix-waited
try 0 loads --predicted predicted --csv && awk -F, '$2 == "native" && $5 == "a" && /^a:1/ { exit !($12 > 2.49 && $12 < 2.51) }' said
result mix-predicted
try 1 --out unmeasured --predicted nowhere --mix a:1 && grep -q "nowhere/predictions.csv.*vmtax predict --out" err && [ ! -e unmeasured ]
result predicted-nowhere
# queue1 to queue4 are 0.05 s of computing and 0.05 s besides: as predicted, and without one alone not known.
try 0 queue2 queue3 queue4 --predicted predicted --csv && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	NR > 1 { r = $at["mva"] / $at["throughput"]; if (r < 0.999 || r > 1.001) exit 1 } END { exit NR != 4 }' said &&
	try 0 queue2 queue3 queue4 --csv && [ "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { print $at["mva"] }' said)" = NA ]
result predicted
# An M/D/1 queue at one half: the wait is half of what it is with exponential service, 0.1 s x (1 + 1 / 2).
try 0 open --csv --slo p50=1ms && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
	$at["rate"] == 5 { p = $at["p95_ns"]; s = $at["sim_p95_ns"]
		exit !(p > 0.2e9 && p / s > 0.85 && p / s < 1.18 && $at["keeps"] == "no" && $at["sim_keeps"] == "no") }' said
result open
try 0 open --slo p50=1ms && grep -q 'the goal is kept by no number of VMs, by simulation by no number of VMs' said &&
	try 0 open --slo p95=10s && grep -q 'the goal is kept by 1 VMs, by simulation by 1 VMs' said
result open-goal
. "$VMTAX_SRC/tests/openmetrics.lib"
try 0 loads law? --openmetrics scale.prom && grep -q '^vmtax_contention_ratio{workload="w",config="native"} 0.0' scale.prom &&
	grep -q '^vmtax_load_runs_per_second{load="a:1",config="native",rate="",program="a"} 10$' scale.prom
result openmetrics
openmetrics_check scale.prom
try 0 law? --json --slo p80=40ms && jq -e '.[7].sim_p95_ns / 1e8 | . > 0.99 and . < 1.01' said >/dev/null
result simulated
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 2 { exit !($at["sim_error"] > 0 && $at["goal_sim_n"] > 0) }' \
	fitted/laws.csv
result simulated-error

try 0 --out mixed --mix cpu-int:1,syscall:1 --for 200ms --blocks 1 --configs native --json && jq -e '
	map(select(.load == "cpu-int:1,syscall:1")) | length == 2 and all(.[]; .throughput > 0 and .predicted > 0)' said >/dev/null &&
	[ "$(jq 'map(.load) | unique | length' said)" -eq 3 ] && [ ! -e mixed/.scratch ]
result mix-real
try 0 --out due --rate 20 --max 2 --for 500ms --blocks 1 --configs native --json -- /bin/sleep 0.01 && jq -e '
	map(select(.rate == 20)) | length == 2 and all(.[]; .p50_ns >= 1e7)' said >/dev/null &&
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["begun_ns"] < $at["intended_ns"] { exit 1 }' due/loads.csv
result rate-real
try 0 --out long --rate 5 --max 1 --for 10ms --blocks 1 --configs native --json -- /bin/sleep 0.1 && jq -e '
	map(select(.rate == null)) | length == 1 and all(.[]; .runs >= 1 and .throughput > 0)' said >/dev/null &&
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["rate"] == "NA" { exit !($at["for_ns"] >= 2e8) }' long/loads.csv
result mix-twice
refuses mix-unknown 2 'no workload is called nothing' --out x --mix nothing:2
refuses mix-number 2 'whole' --out x --mix cpu-int:some
refuses mix-none 2 'no VM of cpu-int' --out x --mix cpu-int:0
refuses mix-many 2 'more than 64 VMs' --out x --mix cpu-int:40,syscall:40
refuses mix-program 2 'exclude each other' --out x --mix cpu-int:1 -- /bin/true
refuses no-rate 2 'is no rate' --out x --rate fast -- /bin/true
refuses rate-of-what 2 '--rate is of one program' --out x --rate 5 --mix cpu-int:1
refuses max-of-what 2 '--max is of copies' --out x --max 3 --mix cpu-int:1
refuses invocations-of-what 2 '--invocations is of copies' --out x --rate 5 --invocations 2 -- /bin/true
refuses for-what 2 '--for is of mixes' --out x --for 1s -- /bin/true
refuses already-measured 2 'is of what is yet to be measured' law1 --blocks 3
refuses suite-of-what 2 '--suite is of mixes' --out x --suite default -- /bin/true
refuses no-time 2 'leaves no time' --out x --mix cpu-int:1 --for 0s
refuses mix-configs 2 'unknown configuration wrong' --out x --mix cpu-int:1 --configs native,wrong
try 2 --out x --configs wrong -- /bin/true && grep -q 'unknown configuration wrong' err && [ ! -e x ]
result leaves-nothing
refuses mix-fails 1 'run it by itself' --out x --rate 5 --for 100ms --blocks 1 --configs native -- /bin/sh -c 'kill -9 $$'
mkdir bad && sed '4s/native/native/; 4s/^\([^,]*,[^,]*,[^,]*\),2,/\1,two,/' loads/loads.csv >bad/loads.csv
refuses broken-loads 2 'bad/loads.csv:4:cores' bad
sed '3s/,a,1,/,a,1000000,/' loads/loads.csv >bad/loads.csv
refuses many-vms 2 'bad/loads.csv:3:vms' bad
awk -F, -v OFS=, 'NR > 1 { $6 = 1000000000000000000 } { print }' loads/loads.csv >bad/loads.csv
try 0 bad --csv
result long-load
sed 's/^a,/other,/' predicted/predictions.csv >others && mkdir strange && mv others strange/predictions.csv
refuses strange-predictions 2 'no predictions of a: strange/predictions.csv' loads --predicted strange
sed '2p' predicted/predictions.csv >strange/predictions.csv
refuses doubled-predictions 2 'its total stands in line 2, too: strange/predictions.csv:3:term' loads --predicted strange
refuses no-predictions 1 'nowhere/predictions.csv' loads --predicted nowhere

try 0 --out real --max 2 --blocks 1 --configs native -- /bin/sleep 0.1 && [ -s real/vms2-1/runs.csv ] &&
	[ "$(grep -c ',native,' real/scaling.csv)" -eq 2 ]
result real
refuses measured-before 1 'real/vms1-1/runs.csv' --out real --max 1 --blocks 1 --configs native -- /bin/sleep 0.1
refuses loads-before 1 'mixed/loads.csv' --out mixed --mix cpu-int:1
refuses metrics-nowhere 1 'nowhere/x.prom' --out real3 --max 1 --openmetrics nowhere/x.prom -- /bin/true
[ ! -e real3 ]
result metrics-nowhere-leaves-nothing
result metrics-first
try 2 --out real2 --max 2 --blocks 1 --configs nativ -- /bin/true && [ ! -e real2/scaling.csv ]
result wrong-configuration
