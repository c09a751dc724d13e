#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax plan --what-if: scenarios beside the plan.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

echo 'growth_buffer = 0' >plain.ini

# try STATUS ARGUMENT...: runs vmtax plan with the fleet, hosts and results below.
try() {
	want=$1
	shift
	rm -rf new
	"$vmtax" plan --policy plain.ini --results r --fleet fleet.csv --hosts hosts.csv --out new "$@" >said 2>err </dev/null
	got=$?
	why="plan $*: status $got, want $want; table: $(cat new/plan/what-if.csv 2>/dev/null | tr '\n' ' '); stderr: $(tail -n 1 err)"
	[ $got -eq "$want" ]
}
row() { grep -qxF -e "$1" new/plan/what-if.csv; }
refuses() {
	why="stderr: $(cat err)"
	[ ! -s said ] && [ ! -e new/plan/summary.csv ] || return 1
	for text; do
		tail -n 1 err | grep -qF -e "$text" || return 1
	done
}

# hosted takes twice the CPU; transport=ring half of that again, and drivers 0.25 cores for each native one.
mkdir r
cat >r/runs.csv <<END
run,invocation,block,order,workload,class,config,label,status,cache,cpu_vcpu_ns,cpu_vcpu_spin_ns,cpu_monitor_ns,cpu_driver_busy_ns,cpu_kthread_ns,cores_held,flags
1,1,1,1,kv,app,native,native,ok,warm,100,0,0,0,0,1,
2,1,1,2,kv,app,hosted,hosted,ok,warm,150,0,50,0,0,1,
3,1,1,3,kv,app,hosted+transport=ring,hosted+transport=ring,ok,warm,100,0,0,25,0,2,
4,1,1,4,kv,app,bare-metal,bare-metal,ok,warm,100,0,0,25,0,2,
END
head -n 1 "$VMTAX_SRC/model/examples/sample/runs.csv" >columns
awk -F, 'NR == FNR { n = split($0, want, ","); next } FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; for (i = 1; i <= n; i++) printf "%s%s", want[i], i < n ? "," : "\n"; next }
	{ for (i = 1; i <= n; i++) printf "%s%s", (want[i] in at) && $at[want[i]] != "" ? $at[want[i]] : "NA", i < n ? "," : "\n" }' columns r/runs.csv >all.csv
mv all.csv r/runs.csv
head -n 1 "$VMTAX_SRC/model/examples/sample/overhead.csv" >columns
cat >some.csv <<END
workload,class,config,label,baseline,metric,n,ratio
kv,app,hosted,hosted,native,vm-cpu,10,2
kv,app,bare-metal,bare-metal,native,vm-cpu,10,1
kv,app,bare-metal,bare-metal,native,driver,10,0.25
END
awk -F, 'NR == FNR { n = split($0, want, ","); next } FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; for (i = 1; i <= n; i++) printf "%s%s", want[i], i < n ? "," : "\n"; next }
	{ for (i = 1; i <= n; i++) printf "%s%s", (want[i] in at) && $at[want[i]] != "" ? $at[want[i]] : "NA", i < n ? "," : "\n" }' columns some.csv >r/overhead.csv
printf 'method,order,step,knob,from,to,before,after,note,cost\nsingle,NA,NA,transport,exit,ring,hosted,hosted+transport=ring,NA,NA\n' >r/flips.csv
printf 'vm,count,class,cpu,memory,measured_on\nweb,10,kv,1,2,native\n' >fleet.csv
printf 'host,available,cores,memory,cost\nbox,90,8,64,1000\n' >hosts.csv

# 10 cores natively: 2 hosts; 20 hosted: 3 (4 VMs of 2 cores each). With the ring n + ceil(n / 4) <= 8: 6 on a host.
try 0 --what-if hosted:transport=ring && row 'base,hosted,hosted,3,0,20,3000,0,0,3,3000,plan' &&
	row 'hosted:transport=ring,hosted,hosted,2,0,13,2000,-1,-1000,2,2000,ablation'
result knob
try 0 --what-if demand=50% && row 'base,native,native,2,0,10,2000,0,0,2,2000,plan' && row 'demand=50%,native,native,2,0,15,2000,0,0,2,2000,policy' &&
	row 'demand=50%,hosted,hosted,5,0,30,5000,2,2000,5,5000,policy'
result demand
printf 'growth_buffer = 0\nhorizon_months = 24\n' >policy.ini
try 0 --policy policy.ini --what-if growth=5% && row 'growth=5%,native,native,2,0,10,2000,0,0,5,5000,policy' && # 1.05^24 = 3.2: 2 a host
	tr '\n' ' ' <said | tr -s ' ' | grep -q 'what if growth=5%: native 2 for 2000, 5 for 5000 at the horizon'
result growth
try 0 --policy policy.ini --what-if spare_hosts=1 --what-if cpu_headroom=50% && row 'spare_hosts=1,native,native,3,0,10,3000,1,1000,3,3000,policy' &&
	row 'cpu_headroom=50%,native,native,3,0,10,3000,1,1000,3,3000,policy'
result policy
try 2 --what-if measured_on=natve && grep -q 'natve.*measured_on' err # though every VM says where it was measured
result platform
try 0 && [ "$(wc -l <new/plan/what-if.csv)" -eq 1 ]
result none

# What hosts need for themselves counts in scenarios, too: 3.5 cores of 8, so 10 native cores take 3.
printf 'workload,class,config,label,vms,resource,item,scope,unit,value,low,high,n\nkv,app,native,native,1,cpu,host-kernel-threads,host,cores,3.5,NA,NA,9\n' >r/host-footprint.csv
try 0 --what-if demand=0% && row 'base,native,native,3,0,10,3000,0,0,3,3000,plan' && row 'demand=0%,native,native,3,0,10,3000,0,0,3,3000,policy' &&
	grep -q '^native,native,3,' new/plan/summary.csv
result footprint
rm r/host-footprint.csv

# Memory that series tell grows with demand, too: two of 40 GiB share a host of 100 until they have 80 each.
printf 'timestamp,vm,cpu,memory\n' >usage.csv
for hour in 00 01 02 03 04 05 06 07 08 09 10 11; do printf '2030-01-01 %s:00,a,1,40\n2030-01-01 %s:00,b,1,40\n' $hour $hour; done >>usage.csv
printf 'host,cores,memory,cost\nbox,64,100,1000\n' >roomy.csv
"$vmtax" plan --fleet usage.csv --hosts roomy.csv --overhead r --what-if demand=100% --out new >said 2>err
why="$(cat err new/plan/what-if.csv)"
grep -q '^base,native,native,1,0,' new/plan/what-if.csv && grep -q '^demand=100%,native,native,2,0,' new/plan/what-if.csv
result demand-of-series

try 2 --what-if hosted:transport=eventfd && refuses 'transport=eventfd' 'not measured' '--ablation'
result unmeasured
try 2 --what-if hasted:transport=ring && refuses 'hasted' '--what-if hasted:transport=ring'
result config
try 2 --what-if native:transport=ring && refuses 'native'
result native
try 2 --what-if grwth=5% && refuses 'did you mean growth?'
result key
try 2 --what-if demand=lots && refuses '"lots"'
result value
try 2 --what-if spare_hosts=-1 && refuses 'spare_hosts=-1' 'whole number'
result range
try 2 --what-if ring && refuses 'this is no scenario'
result form
