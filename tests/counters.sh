#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Event sets: what vmtax list counters says of them, and what vmtax run counts.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# Every set that the sources have, its events and formulas.
"$vmtax" list counters --csv >rows
(cd "$VMTAX_SRC/probes/sets" && ls) | sed 's/\.set$//' >want
why="not the sets of probes/sets: $(sed '1d; s/,.*//' rows | uniq | tr '\n' ' ')"
sed '1d; s/,.*//' rows | uniq | cmp -s - want
result list-sets
why="$(grep '^basic' rows)"
grep -q '^basic,.*,cycles,cycles,"\{0,1\}cycles (type 0, config 0)' rows && grep -q '^basic,.*,ipc,1,= instructions / cycles' rows
result list-basic

# What this CPU lacks says so; the others are encoded without a PMU.
why="$(LIBPFM_FORCE_PMU=amd64_fam19h_zen4 "$vmtax" list counters --csv | grep walk-cycles)"
case $why in *'no: this CPU has none of DTLB_LOAD_MISSES:WALK_ACTIVE'*) true ;; *) false ;; esac
result list-no-such-event
why="$(LIBPFM_FORCE_PMU=spr "$vmtax" list counters --csv | grep walk-cycles)"
case $why in *'DTLB_LOAD_MISSES:WALK_ACTIVE (type 4, config 0x1001012)'*) true ;; *) false ;; esac
result list-another-cpu

# Whether there is a PMU to count them with is said below.
missing=$("$vmtax" doctor --csv | awk -F , '$1 == "probes" && $2 == "counters" && $3 == "no"')
"$vmtax" list counters >out
why="doctor: $missing; list: $(tail -n 2 out)"
if [ "$missing" ]; then grep -q '^None of these is counted here: ' out; else ! grep -q '^None of these' out; fi
result list-says-of-the-pmu

# --- Counting ------------------------------------------------------------------------------------------------

"$vmtax" run --counters basci --configs native --blocks 1 --out wrong -- true >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 2 ] && grep -q 'no event set basci: did you mean basic?' err && [ ! -e wrong ]
result no-such-set
mkdir own
printf 'cycles cycles\n' >own/bad.set
"$vmtax" run --counters own/bad.set --configs native --blocks 1 --out wrong -- true >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 2 ] && grep -q 'own/bad.set:1' err && [ ! -e wrong ]
result bad-set

# A set of one's own, of what every machine has; and one that needs a PMU, which is NA without.
printf 'faults 1 page-faults\nwrong 1 minor-fautls\nminor 1 minor-faults\nshare = minor / faults : 1\n' >own/soft.set
configs=native
! has_kvm || configs=native,hosted
"$vmtax" run --counters own/soft.set,tlb --configs "$configs" --blocks 1 --memory 64M --out counted -- /bin/busybox true >out 2>err
why="$(cat err)"
[ -s counted/counters.csv ]
result run
why="$(cat err)"
grep -q 'soft/wrong is NA: .*minor-fautls.*did you mean MINOR-FAULTS?' err
result event-not-found
if grep -q observed counted/runs.csv; then
	why="$(grep ',counters,' counted/counters.csv | head -n 3)"
	grep -q ',counters,program/host-user,soft/faults,1,[0-9]*,[0-9]*,[0-9]*,NA,NA$' counted/counters.csv &&
		grep -q ',counters,program/host-user,soft/share,1,[0-9.]*,NA,NA,NA,NA$' counted/counters.csv
	result counted
	why="$(grep ',counters,.*/tlb' counted/counters.csv | head -n 3)"
	grep -q ',counters,program/host-kernel,tlb/cycles,cycles,' counted/counters.csv &&
		{ [ $configs = native ] || grep -q ',counters,vcpu0/guest-kernel,tlb/cycles,cycles,' counted/counters.csv; }
	result counted-or-na
	reason=$("$vmtax" doctor --csv | sed -n 's/^probes,counters,no,"\{0,1\}\([^,"]*\).*/\1/p')
	why="doctor says '$reason'; $(cat err)"
	if [ -n "$reason" ]; then
		grep -q "hardware events are NA: $reason" err && ! grep ',counters,.*,tlb/' counted/counters.csv | grep -qv ',NA,NA,NA,NA,NA$'
	else
		! grep -q 'hardware events are NA' err && grep -q ',counters,program/host-user,tlb/cycles,cycles,[1-9]' counted/counters.csv
	fi
	result doctor-says-why
else
	echo "skip counted: no probe that disturbs works here"
fi

# --- In the summary and the report ---------------------------------------------------------------------------

if grep -q observed counted/runs.csv; then
	"$vmtax" report counted >said 2>err
	why="$(cat said err)"
	grep -q '^share .*= minor / faults; counted 100 % of the time' said && grep -q 'host-user  *1\.00' said
	result shown
	why="$(grep -c 'minor / faults' counted/report.html)"
	grep -q '<p class="soft">= minor / faults; counted 100 %' counted/report.html
	result shown-in-report
	why="$(cat counted/event-sets.csv counted/hardware.csv)"
	grep -q '^soft,share,1,= minor / faults' counted/event-sets.csv &&
		grep -q '^soft,wrong,1,.*no: .*minor-fautls' counted/event-sets.csv &&
		grep -q ',program,host-user,soft,share,1,minor / faults,[0-9.]*,NA,NA,1,1$' counted/hardware.csv
	result formulas-kept
	# Without a PMU the reason stands there, and no figure.
	why="$(cat said)"
	if [ -n "$reason" ]; then
		grep -q "^- tlb: nothing was counted: $reason" said && grep -q 'tlb: nothing was counted' counted/report.html
	else
		! grep -q 'nothing was counted' said
	fi
	result missing-says-why
fi
