#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Event sets: what vmtax list counters says of them.
vmtax=$1/vmtax

result() {
	if [ $? -eq 0 ]; then echo "ok $1"; else echo "not ok $1: $why"; fi
}

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
