#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax plan where the VMs are on hosts already: whether that does, and what mends it.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

echo 'growth_buffer = 0' >plain.ini

# try STATUS ARGUMENT...: runs vmtax plan with the fleet and hosts below.
try() {
	want=$1
	shift
	rm -rf new
	"$vmtax" plan --policy plain.ini --results "$VMTAX_SRC/model/examples/sample" --out new "$@" >said 2>err </dev/null
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
	grep -q '^native,native,box-1,.*,no,1,a,no,NA$' new/plan/today.csv
result pieces

# With one host more any of them may fail; of three there may be none.
printf 'growth_buffer = 0\nspare_hosts = 1\n' >spare.ini
printf 'host,available,cores,memory,cost\nbox,9,8,64,1000\n' >nine.csv
try 0 --fleet tight.csv --hosts hosts.csv --policy spare.ini --placement today.csv && grep -q '^native,native,3,0,3,0,0,0,yes,0,0,0,0,3,0,NA$' new/plan/mending.csv
result no-spare
try 0 --fleet tight.csv --hosts nine.csv --policy spare.ini --placement today.csv && says "1 spare host then lets one fail" &&
	grep -q '^native,native,3,0,3,0,0,0,yes,0,0,0,0,0,1,NA$' new/plan/mending.csv
result spare

# Without box-1 there is no room for 5 cores in one piece, until d makes some.
printf 'vm,class,cpu,memory,measured_on\na,cpu,5,8,native\nb,cpu,3,8,native\nc,cpu,4,8,native\nd,cpu,2,8,native\n' >loose.csv
printf 'vm,host\na,box-1\nb,box-2\nd,box-2\nc,box-3\n' >today.csv
try 0 --fleet loose.csv --hosts hosts.csv --placement today.csv && grep -q '^native,native,box-1,.*,no,1,a,yes,1$' new/plan/today.csv
result rearranged
# So d makes it beforehand, and no host is added.
try 0 --fleet loose.csv --hosts nine.csv --policy spare.ini --placement today.csv && grep -q '^native,native,3,0,2,0,1,1,yes,0,0,0,0,0,0,NA$' new/plan/mending.csv &&
	grep -qx 'native,native,1,d,box-2,box-3,move' new/plan/moves.csv
result moved-to-survive

# Once the moves are made, nothing is left to mend: of many placements, of which some have no other choice than a spare host.
natively() { "$vmtax" plan --fleet some.csv --hosts nine.csv --policy spare.ini --placement "$1" --out new >said 2>err </dev/null; }
mended=0 seed=0 why=
while [ -z "$why" ] && [ $((seed += 1)) -le 40 ]; do
	awk -v seed=$seed 'BEGIN { srand(seed); print "vm,cpu,memory,measured_on" >"some.csv"; print "vm,host" >"today.csv"
		for (i = 1; i <= 18; i++) {
			size = 1 + int(rand() * rand() * 5); host = 1 + int(rand() * 6)
			for (tried = 0; used[host] + size > 8 && tried < 6; tried++) host = host % 6 + 1
			if (tried == 6) continue
			used[host] += size
			print "v" i "," size ",1,native" >"some.csv"; print "v" i ",box-" host >"today.csv" } }'
	natively today.csv || why="placement $seed: $(cat err)"
	grep -q '^native,native,[0-9]*,0,[1-9].*,0,0,0,0,0,0,NA$' new/plan/mending.csv || continue
	mended=$((mended + 1))
	awk -F, 'NR == FNR { if (FNR > 1 && $7 != "aside") to[$4] = $6; next } { print $1 "," ($1 in to ? to[$1] : $2) }' new/plan/moves.csv today.csv >then.csv
	natively then.csv && grep -q '^native,native,[0-9]*,0,0,0,0,0,yes,0,0,0,0,0,0,NA$' new/plan/mending.csv ||
		why="placement $seed: $(tail -n 1 new/plan/mending.csv)"
done
[ -z "$why" ] && why="only $mended mended" && [ "$mended" -ge 5 ]
result moves-do

# Whole racks: nothing else can take 5 cores. Without the policy's asking nobody looks.
printf 'host,available,cores,memory,cost,failure_domain\nleft,1,16,64,1000,north\nright,1,8,64,1000,south\n' >racks.csv
printf 'growth_buffer = 0\nspare_domains = yes\n' >racks.ini
printf 'vm,class,cpu,memory,measured_on\na,cpu,5,8,native\nb,cpu,1,8,native\nc,cpu,3,8,native\n' >halves.csv
printf 'vm,host\na,left-1\nb,left-1\nc,right-1\n' >today.csv
try 0 --fleet halves.csv --hosts racks.csv --policy racks.ini --placement today.csv && says "1 failure domain must not" &&
	says "today's placement, native does not survive the loss of north: there is no room for 1 of its VMs, b first" &&
	grep -q '^native,native,NA,yes,0,NA,south,NA,NA,today$' new/plan/risks.csv
result domains
try 0 --fleet halves.csv --hosts racks.csv --placement today.csv && ! says "failure domain" && [ "$(wc -l <new/plan/risks.csv)" -eq 1 ]
result domains-unasked

# Two VMs that need 6 cores each, never at once: 7 together.
printf 'timestamp,vm,cpu\n' >usage.csv
for hour in 00 01 02 03 04 05 06 07 08 09 10 11; do
	printf '2030-01-01 %s:00,a,6\n2030-01-01 %s:00,b,1\n2030-01-01 %s:30,a,1\n2030-01-01 %s:30,b,6\n' $hour $hour $hour $hour
done >>usage.csv
printf 'vm,class,cpu,memory,measured_on\na,cpu,6,8,native\nb,cpu,6,8,native\n' >both.csv
printf 'vm,host\na,box-1\nb,box-1\n' >today.csv
try 0 --fleet both.csv --series usage.csv --hosts hosts.csv --placement today.csv && says "today's placement, native: all 1 host" &&
	grep -q '^native,native,box-1,box,7,8,' new/plan/today.csv
result together-over-time
try 0 --fleet both.csv --hosts hosts.csv --placement today.csv && says "native: 1 of 1 host is beyond"
result together-unknown

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
