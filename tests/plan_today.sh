#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax plan where the VMs are on hosts already: whether that does, and what mends it.
vmtax=$1/vmtax

result() {
	if [ $? -eq 0 ]; then echo "ok $1"; else echo "not ok $1: $why"; fi
}

# try STATUS ARGUMENT...: runs vmtax plan with the fleet and hosts below.
try() {
	want=$1
	shift
	rm -rf new
	"$vmtax" plan --results "$VMTAX_SRC/model/examples/sample" --out new "$@" >said 2>err </dev/null
	got=$?
	why="plan $*: status $got, want $want; stdout: $(tr '\n' ' ' <said | tail -c 400); stderr: $(tail -n 1 err)"
	[ $got -eq "$want" ]
}

# Whether the text says each argument, wherever its lines are broken.
says() {
	for text; do
		tr '\n' ' ' <said | tr -s ' ' | grep -qF -e "$text" || return 1
	done
}

# Whether the last line of err holds each argument, and nothing was printed or written.
refuses() {
	why="stderr: $(cat err)"
	[ ! -s said ] && [ ! -e new/plan/summary.csv ] || return 1
	for text; do
		tail -n 1 err | grep -qF -e "$text" || return 1
	done
}

printf 'vm,class,cpu,memory,group,measured_on\na,cpu,4,8,,native\nb,cpu,4,8,,native\nc,cpu,2,8,pair,native\nd,cpu,1,8,pair,native\n' >fleet.csv
printf 'host,available,cores,memory,cost\nbox,3,8,64,1000\n' >hosts.csv
printf 'growth_buffer = 0\n[group pair]\ntogether = yes\n' >policy.ini
set -- --fleet fleet.csv --hosts hosts.csv

printf 'vm,host\na,box-1\nb,box-1\nc,box-2\nd,box-2\n' >today.csv
try 0 "$@" --placement today.csv && says "today's placement, native: all 2 hosts are within capacity and rules"
result within
printf 'vm,host\na,box-1\nb,box-1\nc,box-1\nd,box-2\n' >today.csv
try 0 "$@" --placement today.csv &&
	says "native: 1 of 2 hosts is beyond capacity or rules" "1 move (no fewer would do) mends it" &&
	grep -qx 'native,native,1,c,box-1,box-2,move' new/plan/moves.csv &&
	grep -q '^native,native,box-1,box,10,8,.*,cpu,' new/plan/today.csv
result overfull
printf 'vm,host\na,box-1\nc,box-1\nb,box-2\nd,box-2\n' >today.csv
try 0 "$@" --placement today.csv --policy policy.ini && says "2 of 2 hosts are beyond" "1 move (no fewer would do) mends it" &&
	grep -q '^native,native,box-2,.*,together,' new/plan/today.csv
result together

# 3 hosts of 8 cores with 5, 5 and 4 used: 9 of 24 are free, and no host can take the VM of 5 of another.
printf 'vm,class,cpu,memory,measured_on\na,cpu,5,8,native\nb,cpu,5,8,native\nc,cpu,5,8,native\n' >tight.csv
printf 'vm,host\na,box-1\nb,box-2\nc,box-3\n' >today.csv
try 0 --fleet tight.csv --hosts hosts.csv --placement today.csv && says "within capacity and rules, 3 must not fail" &&
	grep -q '^native,native,box-1,.*,no,1,a$' new/plan/today.csv
result pieces

# With one host more any of them may fail; of three there may be none.
printf 'growth_buffer = 0\nspare_hosts = 1\n' >spare.ini
printf 'host,available,cores,memory,cost\nbox,9,8,64,1000\n' >nine.csv
try 0 --fleet tight.csv --hosts hosts.csv --policy spare.ini --placement today.csv && grep -q '^native,native,3,0,3,0,0,0,yes,0,0,0,0,3,0$' new/plan/mending.csv
result no-spare
try 0 --fleet tight.csv --hosts nine.csv --policy spare.ini --placement today.csv && says "1 spare host then lets one fail" &&
	grep -q '^native,native,3,0,3,0,0,0,yes,0,0,0,0,0,1$' new/plan/mending.csv
result spare

# Two VMs that must change places with nothing free: one is stopped meanwhile.
printf 'vm,class,cpu,memory,group,measured_on\na,cpu,5,8,x,native\nb,cpu,5,8,y,native\nc,cpu,3,8,y,native\nd,cpu,3,8,x,native\n' >swap.csv
printf 'growth_buffer = 0\n[group x]\ntogether = yes\n[group y]\ntogether = yes\n' >swap.ini
printf 'host,available,cores,memory,cost\nbox,2,8,64,1000\n' >two.csv
printf 'vm,host\na,box-1\nc,box-1\nb,box-2\nd,box-2\n' >today.csv
try 3 --fleet swap.csv --hosts two.csv --policy swap.ini --placement today.csv && says "2 moves (no fewer would do)" "with 1 detour" &&
	grep -q ',stopped$' new/plan/moves.csv
result swap

try 3 --fleet swap.csv --hosts two.csv --placement today.csv && says "hosted: 2 of 2 hosts are beyond capacity or rules" "but for 1 host and 0 VMs"
result hopeless

printf 'vm,host\na,box-1\nb,box-1\n' >today.csv
try 0 "$@" --placement today.csv && says "2 VMs of the fleet are on none of them" && grep -q '^native,native,[12],c,NA,box-2,new$' new/plan/moves.csv
result new
try 0 "$@" && cp new/plan/placement.csv own.csv && try 0 "$@" --placement own.csv && ! says "is beyond" && ! says "are beyond" &&
	says "native: all" "bare-metal: all"
result own

printf '\357\273\277VM,Powerstate,Template,CPUs,Memory,Host\nweb 1,poweredOn,False,6,"16,384",esx1\nweb 2,poweredOn,False,6,"16,384",esx1\nweb 3,poweredOn,False,2,"16,384",esx2\n' >vInfo.csv
try 3 --fleet vInfo.csv --hosts hosts.csv && says "native: 1 of 2 hosts is beyond" "1 move (no fewer would do) mends it" &&
	grep -q 'esx1,esx2,move$' new/plan/moves.csv
result rvtools
printf 'host,available,cores,memory,cost\nbox,3,8,64,1000\ncube,3,8,64,1000\n' >both.csv
try 3 --fleet vInfo.csv --hosts both.csv && ! says "today's placement" && grep -q 'of no kind of the host list' new/plan/doubts.csv
result rvtools-kinds

printf 'vm,host\na,crate-1\n' >today.csv
try 2 "$@" --placement today.csv && refuses 'today.csv:2:host' 'crate-1' 'such as box-1'
result kind
printf 'vm,host\na,box-4\n' >today.csv
try 2 "$@" --placement today.csv && refuses 'today.csv:2:host' 'no 4 hosts'
result number
printf 'vm,host\na,box-1\na,box-2\n' >today.csv
try 2 "$@" --placement today.csv && refuses 'today.csv' 'a is on more hosts than there are of it (1)'
result twice
printf 'vm,host\na,box-1\nz,box-2\n' >today.csv
try 0 "$@" --placement today.csv && grep -q '^today.csv,3,z,dropped,' new/plan/doubts.csv
result unknown
printf 'vm\na\n' >today.csv
try 2 "$@" --placement today.csv && refuses 'today.csv:1' 'host'
result column
try 2 "$@" --placement none.csv && refuses 'none.csv' 'No such file'
result absent
