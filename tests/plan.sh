#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax plan as a user meets it: the examples, tables of one's own, and what is wrong with them.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

plain=$PWD/plain.ini
echo 'growth_buffer = 0' >plain.ini

# try STATUS ARGUMENT...: runs vmtax plan, with no room to grow unless a policy is named, and keeps its output in said and err.
try() {
	want=$1
	shift
	"$vmtax" plan --policy "$plain" "$@" >said 2>err </dev/null
	got=$?
	why="plan $*: status $got, want $want; stderr: $(tail -n 1 err)"
	[ $got -eq "$want" ]
}

# Whether the last line of err holds each argument, and nothing was printed or written.
says() {
	why="stderr: $(cat err)"
	[ ! -s said ] && [ ! -e new/plan/summary.csv ] || return 1
	for text; do
		tail -n 1 err | grep -qF -e "$text" || return 1
	done
}

mkdir r
head -n 1 "$VMTAX_SRC/model/examples/sample/runs.csv" >r/runs.csv 2>/dev/null || {
	echo "not ok sample: the recorded sample is missing"
	exit 1
}
cp "$VMTAX_SRC"/model/examples/sample/*.csv r
printf 'vm,count,class,cpu,memory,io\nweb,10,cpu,1,2,3\n' >fleet.csv
printf 'host,available,cores,memory,io,cost,host_os_licence,hypervisor_licence\nbox,9,8,64,100,1000,100,300\n' >hosts.csv

cp -r r examples
try 0 --results examples && ! tr '\n' ' ' <said | tr -s ' ' | grep -q 'at most 0.0 %' && grep -q '^Capacity plan' said && grep -q '^hosted  *[1-9]' said &&
	grep -q 'taking the example' err && [ -s examples/plan/hosts.csv ]
result examples
try 0 && grep -q 'taking the recorded sample' err && [ -s out/sample/plan/hosts.csv ]
result sample
try 0 --help && grep -q 'host_os_licence' said && grep -q 'growth_buffer' said && grep -q 'exit status' said
result help
try 0 --results r --fleet fleet.csv --hosts hosts.csv --out new && grep -q '^native  *2  *10  *10.0  *10.0 ' said
result own
printf 'vm,count,class,cpu,memory\nweb,13,cpu,1,2\n' >full.csv
"$vmtax" plan --results r --fleet full.csv --hosts hosts.csv --out new >said 2>err
why="without a policy: $(cat said err)"
grep -q '^native  *3  *13 ' said && tr '\n' ' ' <said | tr -s ' ' | grep -q 'growth_buffer = 20%, ' &&
	grep -q '^growth_buffer,20%,usual,' new/plan/assumptions.csv &&
	try 0 --results r --fleet full.csv --hosts hosts.csv --out new && grep -q '^native  *2  *13 ' said &&
	grep -q '^growth_buffer,0,policy,' new/plan/assumptions.csv
result room-to-grow
try 0 --results r --fleet fleet.csv --hosts hosts.csv --out new && grep -q 'placement: native proven optimal' said
result proven
try 0 --results r --fleet fleet.csv --hosts hosts.csv --out new --csv && cmp -s said new/plan/summary.csv
result csv
try 0 --results r --fleet fleet.csv --hosts hosts.csv --out new --json && [ "$(head -c 1 said)" = "[" ] &&
	grep -q '"config": *"native"' said
result json
why="the plan is not in the report's summary: $(cat said)"
"$vmtax" report --no-html examples >said 2>err && grep -q '^Capacity plan' said
result summary

printf 'host,available,cores,memory,cost,hypervisor_licence\nbox,99,8,64,1000,4000\n' >small.csv
try 0 --results r --fleet fleet.csv --hosts small.csv --out new &&
	tr '\n' ' ' <said | tr -s ' ' | grep -qE 'recommendation: hosted[a-z-]* holds the whole fleet on [0-9]+ hosts for [0-9]+' &&
	try 0 --results r --out new && tr '\n' ' ' <said | tr -s ' ' | grep -qE 'recommendation: bare-metal holds the whole fleet on [0-9]+ hosts for [0-9]+, [0-9.]+ % less than the next, [a-z-]+, on [0-9]+\. It takes [0-9]+ less for hardware and [0-9]+ less for licences\.'
result recommendation
rm -rf new
printf '\357\273\277VM,Powerstate,Template,CPUs,Memory,Host\nweb 1,poweredOn,False,2,"16,384",esx\noff,poweredOff,False,2,"1,024",esx\n' >vInfo.csv
printf 'VM,Overall,Reservation,Host\nweb 1,"1,250",0,esx\n' >vCPU.csv
printf 'Host,Speed,Cores per CPU\nesx,"2,500",16\n' >vHost.csv
try 0 --results r --fleet vInfo.csv --fleet vCPU.csv --fleet vHost.csv --fleet fleet.csv --hosts hosts.csv --out new &&
	grep -q '^native  *2  *11  *10.5 ' said && grep -q '1 row was left out' err &&
	grep -qx 'vInfo.csv,3,off,dropped,it is powered off' new/plan/doubts.csv
result rvtools
awk 'BEGIN { print "time;server;cpu_cores;memory_gib"
	for (t = 0; t < 288; t++)
		for (i = 0; i < 8; i++)
			if (t != 100 || i > 0) printf "2030-01-01 %02d:%02d:00;vm%d;%.1f;4\n", t / 12, t % 12 * 5, i, (i + t) % 8 ? 0.5 : 4 }' >series.csv
try 0 --results r --fleet fleet.csv --series series.csv --hosts hosts.csv --out new &&
	grep -q '^native  *3  *18  *42.0  *21.0 ' said &&
	grep -qx 'series.csv,809,vm0,doubtful,there is a gap of 600 s before this row: what it used then is taken as before' new/plan/doubts.csv &&
	grep -qx 'vm0,1,series,4,4,0,0,0,1,0.996528,1,0,C,NA,1' new/plan/demand.csv &&
	grep -qx 'web,10,stated,1,2,3,0,0,NA,NA,NA,NA,NA,NA,1' new/plan/demand.csv
result series
rm -rf new
printf 'class;configuration;ratio;driver\ncpu;hosted;2;\ncpu;bare-metal;1.1;0.3\n' >typed.csv
try 0 --overhead typed.csv --fleet fleet.csv --hosts hosts.csv --out new && grep -q '^native  *2  *10  *10.0  *10.0 ' said &&
	grep -q '^hosted  *3  *10  *10.0  *20.0 ' said && grep -q '^bare-metal  *2  *10  *10.0  *15.0 ' said
result overhead-typed
{
	echo 'program,config,metric,term,events,cost_ns,ns,low_ns,high_ns,native_ns,flags'
	echo 'cpu,hosted,cpu,base,1,1,9,NA,NA,NA,NA'
	echo 'cpu,hosted,cpu,total,NA,NA,200,180,220,100,NA'
	echo 'cpu,hosted,time,total,NA,NA,900,800,1000,100,NA'
} >predictions.csv
try 0 --overhead predictions.csv --fleet fleet.csv --hosts hosts.csv --out new && grep -q '^hosted  *3  *10  *10.0  *20.0 ' said
result overhead-predicted
sed '3p' predictions.csv >twice.csv && try 2 --overhead twice.csv --fleet fleet.csv --hosts hosts.csv --out none && grep -q 'line 3, too: twice.csv:4:term' err
result overhead-predicted-twice
sed '3s/,200,/,1e308,/' predictions.csv >twice.csv && try 2 --overhead twice.csv --fleet fleet.csv --hosts hosts.csv --out none && grep -q 'twice.csv:3:ns' err
result overhead-predicted-huge
rm -rf new
mkdir empty
(cd empty && try 0 --fleet ../fleet.csv --hosts ../hosts.csv && grep -q '^native  *2 ' said && ! grep -q '^hosted' said &&
	grep -q 'no --overhead: planning native only' err && [ -s out/plan/summary.csv ])
result overhead-none
(cd empty && grep -q 'none yet, as only native was planned, on 2 hosts for 2200' out/report.html)
result overhead-none-page
for row in 'cpu,hosted,two:cpu_ratio' 'cpu,hosted,0:cpu_ratio' 'cpu,hosted,-1:cpu_ratio' 'cpu,hosted,nan:cpu_ratio' ',hosted,2:class' 'cpu,native,1:config'; do
	printf 'class,config,cpu_ratio\n%s\n' "${row%:*}" >bad.csv
	try 2 --overhead bad.csv --fleet fleet.csv --hosts hosts.csv --out new && says "bad.csv:2:${row#*:}" || break
done
result overhead-bad
printf 'class,config,cpu_ratio\n' >bad.csv
try 2 --overhead bad.csv --fleet fleet.csv --hosts hosts.csv --out new && says 'bad.csv' 'no overhead'
result overhead-empty
printf 'vm,class,cpu,memory\nweb,kvv,1,2\n' >kinds.csv
try 0 --overhead typed.csv --fleet kinds.csv --hosts hosts.csv --out new && grep -q '^hosted  *1  *1  *1.0  *2.0 ' said &&
	grep -q '^kinds.csv,2,web,doubtful,its class kvv was not measured: it is priced as the others on average$' new/plan/doubts.csv
result overhead-class
rm -rf new
printf 'growth_month = 5%%\nstart = 2030-01-01\ncurrency = EUR\n' >policy.ini
try 0 --results r --fleet fleet.csv --hosts hosts.csv --policy policy.ini --out new &&
	tr '\n' ' ' <said | tr -s ' ' | grep -q 'native is full on 2030-10-22 (cpu): order by 2030-09-22; one box more does until 2031-07-02, 253 days longer' &&
	grep -q 'costs in EUR$' said && grep -q '^native,.*,EUR,10$' new/plan/summary.csv &&
	grep -q '^native,native,cpu,36,2032-12-31,57.9' new/plan/forecast.csv
result headroom
rm -rf new
printf 'timestamp,vm,cpu\n0,a,1\nyesterday,a,1\n' >bad.csv
try 2 --results r --series bad.csv --hosts hosts.csv --out new && says 'bad.csv:3:timestamp' 'yesterday'
result series-bad
printf 'growth_buffer = 0\nspare_hosts = 1\n' >policy.ini
try 0 --results r --fleet fleet.csv --hosts hosts.csv --policy policy.ini --out new &&
	grep -q '^native  *3  *10 ' said && tr '\n' ' ' <said | grep -q 'native survives the loss of any of its 3 hosts' &&
	grep -q '^native,native,box-1,yes,0,NA,NA,NA,NA,plan$' new/plan/risks.csv
result survives
printf 'vm,count,class,cpu,memory,io\nbig,9,cpu,6,2,3\n' >nine.csv
try 0 --results r --fleet nine.csv --hosts hosts.csv --policy policy.ini --out new &&
	tr '\n' ' ' <said | grep -q 'native does not survive the loss of 9 of its 9 hosts: without box-1'
result risks
rm -rf new
printf 'spare_host = 1\n' >policy.ini
try 2 --results r --fleet fleet.csv --hosts hosts.csv --policy policy.ini --out new && says 'policy.ini:1' 'did you mean spare_hosts?'
result policy
printf 'name;cpu_cores;memory_gib;measured_on\ndb;4;16;esx\n' >bad.csv
rm -rf new
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv:2:measured_on' 'esx'
result measured-on
rm -rf new
printf 'vm,count,class,cpu,memory,measured_on\nweb,10,cpu,2,2,\nnet,4,cpu,1,2,native\n' >some.csv
try 0 --overhead typed.csv --fleet some.csv --hosts hosts.csv --out new --what-if measured_on=hosted && grep -q '^native  *3  *14  *24.0  *24.0 ' said &&
	tr '\n' ' ' <said | tr -s ' ' | grep -q 'of 10 VMs nobody says where' && [ "$(grep -c doubtful new/plan/doubts.csv)" -eq 1 ] &&
	grep -q '^measured_on=hosted,native,native,2,0,14,' new/plan/what-if.csv
result measured-on-unknown
printf 'growth_buffer = 0\nmeasured_on = hosted\n' >policy.ini
try 0 --overhead typed.csv --fleet some.csv --hosts hosts.csv --policy policy.ini --out new --what-if measured_on=1.25 && grep -q '^native  *2  *14  *14.0  *14.0 ' said &&
	! grep -q 'nobody says' said && grep -q '^web,10,stated,1,2,.*,hosted,2$' new/plan/demand.csv && ! grep -q doubtful new/plan/doubts.csv &&
	grep -q '^measured_on=1.25,native,native,3,0,20,' new/plan/what-if.csv
result measured-on-policy
rm -rf new
rm -rf new
printf 'vm,count,class,cpu,memory,io\nweb,10,cpu,9,2,3\n' >large.csv
try 3 --results r --fleet large.csv --hosts hosts.csv && grep -q '10 VMs fit on no host' said &&
	tr '\n' ' ' <said | tr -s ' ' | grep -q 'under hosted: 10 of web (more CPU than any host has)' &&
	grep -q 'web:10:cpu' r/plan/summary.csv
result unplaced
awk 'BEGIN { print "vm,cpu,memory"; for (i = 1; i <= 9; i++) print "big" i ",9,2" }' >large.csv
try 3 --results r --fleet large.csv --hosts hosts.csv && tr '\n' ' ' <said | tr -s ' ' | grep -q 'under native: 1 of big1 (more CPU than any host has), .* 1 of big6 (more CPU than any host has) and 3 more (plan/summary.csv) ' &&
	grep -q 'big9:1:cpu' r/plan/summary.csv
result unplaced-many

rm -rf new
printf 'vm,count,class,cpu,memory,io\nweb,10,cqu,1,2,3\n' >bad.csv
printf 'web2,10,cpu,1,2,3\n' >>bad.csv
try 0 --results r --fleet bad.csv --hosts hosts.csv --out new &&
	grep -q '^bad.csv,2,web,doubtful,its class cqu was not measured: it is priced as the others on average (did you mean cpu?)$' new/plan/doubts.csv
result class
rm -rf new
printf 'vm,count,class,cpu,memory,io\nweb,10,cpu,1,2\n' >bad.csv
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv:2'
result ragged
for row in 'web,10,cpu,-1,2,3:cpu' 'web,10,cpu,nan,2,3:cpu' 'web,10,cpu,inf,2,3:cpu' 'web,10,cpu,much,2,3:cpu' 'web,10,cpu,,2,3:cpu' \
	'web,10,cpu,1,-2,3:memory' 'web,10,cpu,1,2,0x10:io' 'web,-1,cpu,1,2,3:count' 'web,1.5,cpu,1,2,3:count' ',10,cpu,1,2,3:vm'; do
	printf 'vm,count,class,cpu,memory,io\n%s\n' "${row%:*}" >bad.csv
	try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says "bad.csv:2:${row#*:}" || break
done
result numbers
printf 'name;cpu_cores;memory_gib\ndb;4;much\n' >bad.csv
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv:2:memory_gib'
result number-as-called
printf 'name;cpu_cores;memory_gib\ndb;4;-2\n' >bad.csv
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv:2:memory_gib'
result number-below-as-called
for row in '0,64,1:cores' '8,0,1:memory' '8,64,-1:cost' '8,64,nan:cost' 'x,64,1:cores'; do
	printf 'host,cores,memory,cost\nbox,%s\n' "${row%:*}" >bad.csv
	try 2 --results r --fleet fleet.csv --hosts bad.csv --out new && says "bad.csv:2:${row#*:}" || break
done
result host-numbers
printf 'host,cores,memory,cost\n' >bad.csv
try 2 --results r --fleet fleet.csv --hosts bad.csv --out new && says 'bad.csv' 'no host'
result no-hosts
printf 'vm,cpu,memory\n' >bad.csv
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv' 'no VM'
result no-vms
printf 'vm,cpu,memory\nweb,1,2\n' >twice.csv
try 2 --results r --fleet fleet.csv --fleet twice.csv --hosts hosts.csv --out new && says 'twice.csv:2:vm' 'named twice'
result twice
printf 'vm,count,class,memory,io\nweb,10,cpu,1,2\n' >bad.csv
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv:1' 'cpu'
result column
: >bad.csv
try 2 --results r --fleet bad.csv --hosts hosts.csv --out new && says 'bad.csv:1' 'empty'
result empty
try 2 --results r --fleet none.csv --hosts hosts.csv --out new && says 'none.csv' 'No such file'
result absent
try 2 --results r --fleet fleet.csv --hosts none.csv --out new && says 'none.csv' 'No such file'
result absent-hosts
try 2 --results r --fleet fleet.csv --hosts fleet.csv --out new && says 'fleet.csv:1'
result swapped
try 1 --results nothing --fleet fleet.csv --hosts hosts.csv --out new && says 'nothing/runs.csv' 'vmtax run'
result results
try 2 --fleets fleet.csv && says 'did you mean --fleet?'
result option
try 2 fleet.csv && says 'fleet.csv' '--fleet'
result operand
try 2 --csv --json && says 'exclude each other'
result forms
try 1 --results r --fleet fleet.csv --hosts hosts.csv --out fleet.csv && says 'fleet.csv'
result out
if [ -w /dev/full ]; then
	"$vmtax" plan --results r --fleet fleet.csv --hosts hosts.csv >/dev/full 2>err
	status=$?
	why="a full disk was not noticed: $(cat err)"
	[ $status -eq 1 ]
	result full
else
	echo "skip full: there is no /dev/full"
fi
