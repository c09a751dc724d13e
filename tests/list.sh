#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax list prints the program's own tables, for people and for programs.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# Whether every CSV line of file $1 has as many fields as its header. No field here holds a line break.
even() {
	awk '{ n = 1; quoted = 0
	       for (i = 1; i <= length($0); i++) {
		       c = substr($0, i, 1)
		       if (c == "\"") quoted = !quoted
		       else if (c == "," && !quoted) n++
	       }
	       if (NR == 1) want = n
	       if (n != want || quoted) bad = 1 }
	     END { exit bad || NR < 2 }' "$1"
}

for list in $("$vmtax" list lists --csv | sed '1d; s/,.*//'); do
	why="$list"
	"$vmtax" list "$list" >text 2>err && [ -s text ] && [ ! -s err ]
	result "$list-text"
	for columns in 80 120; do
		why="$(COLUMNS=$columns "$vmtax" list "$list" | awk -v most=$columns 'length($0) > most')"
		[ -z "$why" ]
		result "$list-at-$columns"
	done
	why="$list"
	"$vmtax" list "$list" --csv >csv && even csv
	result "$list-csv"
	"$vmtax" list "$list" --json >json && [ "$(grep -c '^{' json)" -eq $(($(wc -l <csv) - 1)) ]
	result "$list-json"
done

why="vmtax list differs from vmtax list lists"
"$vmtax" list >alone && "$vmtax" list lists | cmp -s - alone
result alone

sed '1d; s/,.*//' "$1/workloads/suite.csv" | tr -d '"' | sort >want
why="not the workloads of suite.csv"
"$vmtax" list workloads --csv | sed '1d; s/,.*//' | sort | cmp -s - want
result workloads-are-the-suite

"$vmtax" list configs --csv >rows
why="bare-metal lacks transport=ring or native has a transport"
grep -q '^bare-metal,.*,transport,ring,' rows && ! grep -q '^native,.*,transport,' rows
result configs-values

"$vmtax" list knobs >text
why="$(grep ^transport text)"
grep -q '^transport: .* (hosted: exit, bare-metal: ring)$' text && grep -q '^  eventfd  *the exit ends ' text
result knobs-presets

# Each knob has a paragraph behind its values; other lists have nothing more to say.
why="$("$vmtax" list knobs --help 2>&1 >explained)"
for knob in $("$vmtax" list knobs --csv | sed '1d; s/,.*//' | sort -u); do
	awk -v knob="$knob:" '$1 == knob { within = 1; next } /^[^ ]/ { within = 0 }
		within && /^    / { words += NF } END { exit words < 40 }' explained || why="$why $knob lacks its paragraph"
done
[ -z "$why" ] && "$vmtax" list layers --help | grep -q '^Usage: '
result knobs-explained

cat >mine.ini <<'INI'
# what the ring alone gives
[ring-only]
base = hosted
transport = ring

[ticking]
base=ring-only
tick = 100
INI
why="$("$vmtax" list configs --config-file mine.ini --csv 2>&1 >rows)"
grep -q '^ticking,.*,transport,ring,' rows && grep -q '^ticking,.*,tick,100,' rows && grep -q '^ring-only,.*,tick,0,' rows
result configs-of-a-file

core=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
why="$(taskset -c "$core" "$vmtax" list knobs | grep '^  ring')"
case $why in *"no, exit instead: "*) true ;; *) false ;; esac
result knobs-on-one-core

# Installed, the parts lie in ../lib/vmtax; what is missing is named, with the mend.
mkdir -p usr/bin usr/lib/vmtax/workloads
cp "$vmtax" usr/bin/vmtax
cp "$1/workloads/suite.csv" usr/lib/vmtax/workloads
why="$(usr/bin/vmtax list workloads 2>&1 >installed)"
"$vmtax" list workloads | cmp -s - installed
result installed
rm usr/lib/vmtax/workloads/suite.csv
why="$(usr/bin/vmtax list workloads 2>&1)"
[ $? -eq 1 ] && case $why in *suite.csv*"make install"*) true ;; *) false ;; esac
result part-missing

# Each system call once, by number; those of each kind that a program may ask for.
"$vmtax" list syscalls --csv >rows
why="$(sed '1d; s/,.*//' rows | uniq -d | head -n 3)"
[ -z "$why" ] && sed '1d; s/,.*//' rows | sort -nc && [ "$(wc -l <rows)" -gt 300 ]
result syscalls-once
why="$(grep -E '^(0|39|228|101),' rows)"
grep -qx '0,read,host,' rows && grep -qx '39,getpid,guest,' rows &&
	grep -qx '228,clock_gettime,"guest, host",' rows && grep -qx '101,ptrace,refused,EPERM' rows
result syscalls-kinds
