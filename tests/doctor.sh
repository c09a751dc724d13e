#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax doctor, and what a result says of its machine: on this machine, and on ones that lack something.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# has FILE PATTERN...: whether each PATTERN is in FILE.
has() {
	file=$1
	shift
	for pattern; do
		why="no $pattern in: $(tr '\n' '|' <"$file")"
		grep -qe "$pattern" "$file" || return 1
	done
}

# fields FILE: FILE, which is CSV, with its fields separated by tabs. None holds a line break.
fields() {
	awk '{ line = ""; quoted = 0
	       for (i = 1; i <= length($0); i++) {
		       c = substr($0, i, 1)
		       if (c == "\"") { if (quoted && substr($0, i + 1, 1) == c) { line = line c; i++ } else quoted = !quoted }
		       else line = line (c == "," && !quoted ? "\t" : c)
	       }
	       print line }' "$1"
}

# sound FILE: whether what doctor --csv left in FILE is complete: each row has a finding, each that says no what is
# lost and the mend, and no name stands twice in an area.
sound() {
	why="$(fields "$1" | awk -F '\t' '
		NR == 1 { if ($0 != "area\tname\tstate\tfinding\tlost\tmend") print "header"; next }
		NF != 6 || $1 == "" || $2 == "" || $4 == "" { print "row " NR }
		$3 == "no" ? $5 == "" || $6 == "" : $5 $6 != "" { print "lost or mend of " $2 }
		$3 !~ /^(ok|no|fact)$/ || ($1 == "machine") != ($3 == "fact") { print "state of " $2 }
		seen[$1, $2]++ { print "twice " $2 }' | head -n 1)"
	[ -z "$why" ]
}

# state FILE NAME: ok, no or fact.
state() {
	fields "$1" | awk -F '\t' -v name="$2" '$2 == name { print $3 }'
}

# without NAME COMMAND...: whether COMMAND, which runs doctor --csv, ends well and says no of NAME.
without() {
	name=$1
	shift
	why="it failed: $("$@" 2>&1 >without.csv)"
	[ -s without.csv ] || return 1
	sound without.csv || return 1
	why="$name is $(state without.csv "$name"), not no"
	[ "$(state without.csv "$name")" = no ]
}

# --- Here ------------------------------------------------------------------------------------------------------

"$vmtax" doctor --csv >csv 2>err
status=$?
why="status $status, stderr: $(cat err)"
[ $status -eq 0 ] && [ ! -s err ] && sound csv
result csv
why="areas: $(fields csv | cut -f1 | uniq | tr '\n' ' ')"
[ "$(fields csv | sed 1d | cut -f1 | uniq | tr '\n' ' ')" = 'needs trust probes knobs machine ' ]
result areas
"$vmtax" list probes --csv | sed '1d; s/,.*//' >want
why="not the probes of vmtax list probes"
fields csv | awk -F '\t' '$1 == "probes" { print $2 }' | cmp -s - want
result probes
"$vmtax" list probes --csv >costs
why="$(cat costs)"
awk -F , 'NR == 1 { good = $3 == "run_ns" && $4 == "event_ns" } $1 == "proc-io" { free = $3 > 0 && $4 == "NA" }
	$1 == "stamps" { stamp = $4 > 0 && $4 < 1e6 } END { exit !(good && free && stamp) }' costs &&
	fields csv | grep -q "^trust	observer	ok	probes take [0-9]"
result costs

"$vmtax" doctor --json >json 2>err && [ ! -s err ] && [ "$(grep -c '^{' json)" -eq $(($(wc -l <csv) - 1)) ] &&
	has json '^{"area":"needs","name":"parts","state":"ok","finding":"[^"]*","lost":"","mend":""},$'
result json

"$vmtax" doctor >text 2>err
status=$?
why="status $status, stderr: $(cat err)"
[ $status -eq 0 ] && [ ! -s err ] && has text '^This machine can measure: native' '^needs: ' '^probes: ' '^Next: vmtax run'
result text
why="$(grep -nv "^[ -~]*$" text)"
[ -z "$why" ]
result text-without-colour
for columns in 80 120; do
	COLUMNS=$columns "$vmtax" doctor >text
	why="$(awk -v most=$columns 'length($0) > most' text)"
	[ -z "$why" ]
	result "text-at-$columns"
done
why="more than 70 lines: $(wc -l <text)"
[ "$(wc -l <text)" -le 70 ]
result text-is-brief

"$vmtax" doctor --help >out 2>err && [ ! -s err ] && has out '^Usage: vmtax doctor' 'exit status is 0' '^Examples:'
result help
for wrong in --jsno extra '--csv=yes'; do
	"$vmtax" doctor $wrong >out 2>err
	status=$?
	why="status $status: $(cat err)"
	[ $status -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ]
	result "wrong-$wrong"
done
"$vmtax" doctor --jsno 2>err
has err 'did you mean --json?'
result wrong-near
"$vmtax" doctor >/dev/full 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && [ "$(wc -l <err)" -eq 1 ]
result full-disk

# --- Where something is missing --------------------------------------------------------------------------------

core=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
without 'second core' taskset -c "$core" "$vmtax" doctor --csv && [ "$(state without.csv transport=ring)" = no ]
result one-core
without gnuplot env PATH=/nowhere "$vmtax" doctor --csv && [ "$(state without.csv busybox)" = no ] &&
	has without.csv 'gnuplot,no,.*,apt install gnuplot-nox$'
result without-programs
mkdir alone && cp "$vmtax" alone/vmtax
without parts alone/vmtax doctor --csv && has without.csv 'parts,no,.*make install'
result without-parts

# ordinary COMMAND...: COMMAND as a user without rights and groups, if we are root.
ordinary() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$@"
	else
		"$@"
	fi
}
# hidden PATHS COMMAND: as root, COMMAND of a shell where PATHS cannot be used, in mounts of its own.
hidden() {
	unshare -m sh -c 'mount --make-rprivate / || exit
		for path in $1; do
			if [ -d "$path" ]; then mount -t tmpfs none "$path"; else mount --bind /dev/null "$path"; fi || exit
		done
		eval "$2"' hidden "$@"
}

chmod a+rx . .. "$1" 2>/dev/null
if ordinary test -x "$vmtax" 2>/dev/null; then
	why="it failed: $(ordinary "$vmtax" doctor --csv 2>&1 >csv)"
	[ -s csv ] && sound csv
	result ordinary-user
	if ordinary test -w /dev/kvm || [ ! -e /dev/kvm ]; then
		echo "skip ordinary-user-without-kvm: /dev/kvm is for everyone here, or not there"
	else
		why="$(grep ,kvm, csv)"
		[ "$(state csv kvm)" = no ] && [ "$(state csv kvm-stats)" = no ] &&
			has csv ',kvm,no,.*Permission denied.*adduser' 'kvm-stats,no,.*adduser'
		result ordinary-user-without-kvm
	fi
	if [ "$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo 0)" -ge 2 ]; then
		has csv '^probes,perf,no,.*perf_event_paranoid' '^probes,tracepoints,no,'
		result ordinary-user-without-perf
	else
		echo "skip ordinary-user-without-perf: perf is for everyone here"
	fi
else
	echo "skip ordinary-user: no ordinary user can run what lies in $1"
fi

if [ "$(id -u)" -eq 0 ] && hidden /dev/null true 2>/dev/null; then
	if [ -e /dev/kvm ]; then
		without kvm hidden /dev/kvm "'$vmtax' doctor --csv" && [ "$(state without.csv kvm-stats)" != '' ]
		result without-kvm
		hidden /dev/kvm "'$vmtax' doctor" >text
		has text '^This machine can measure: native, native-tuned$' 'no virtual machine: see kvm' \
			'kvm backend  *none: [^:]*/dev/kvm' 'only native is measured$'
		result without-kvm-text
	else
		echo "skip without-kvm: there is none to hide"
	fi
	without schedstat hidden /proc "'$vmtax' doctor --csv" && [ "$(state without.csv guest-time)" = no ]
	result without-proc
	hidden /sys "'$vmtax' doctor --csv" >csv
	sound csv
	result without-sys
	if hidden /sys/kernel/tracing 'mount -t tracefs none /sys/kernel/tracing' 2>/dev/null; then
		without tracepoints hidden '/sys/kernel/tracing /sys/kernel/debug' "'$vmtax' doctor --csv" &&
			has without.csv 'tracepoints,no,.*mount -t tracefs'
		result without-tracefs
		hidden /sys/kernel/tracing "mount -t tracefs none /sys/kernel/tracing; '$vmtax' doctor --csv" >csv
		why="$(grep tracepoints csv)"
		[ "$(state csv tracepoints)" = ok ]
		result with-tracefs
		if ordinary test -x "$vmtax" 2>/dev/null; then
			hidden /sys/kernel/tracing "mount -t tracefs none /sys/kernel/tracing
				setpriv --reuid 65534 --regid 65534 --clear-groups '$vmtax' doctor --csv" >csv
			has csv 'tracepoints,no,.*Permission denied.*run as root'
			result with-tracefs-ordinary-user
		fi
	else
		echo "skip tracefs: it cannot be mounted"
	fi
else
	echo "skip hidden: this needs root and mounts"
fi

# --- What a result says of its machine -------------------------------------------------------------------------

"$vmtax" run --configs native --blocks 1 --seed 77 --no-observe --out result -- sh -c "exit 0 # it's \$5; a 'test'" '' x \
	>/dev/null 2>err
why="it failed: $(cat err)"
[ -s result/machine.csv ] && fields result/machine.csv >facts
result machine-csv
why="$(awk -F '\t' 'NR > 1 && (NF != 2 || $1 == "" || $2 == "" || seen[$1]++)' facts | head -n 1)"
[ -z "$why" ]
result machine-every-fact-once
has facts '^vmtax	.' '^compiler	.' '^invocation	.' '^seed	77$' '^date	20[0-9-]*T' '^kernel	Linux ' '^cpu	' \
	'^native is	\(bare hardware\|a virtual machine itself, under .*\)$' '^kvm backend	.' '^mitigations	'
result machine-facts
why="$(grep '^command' facts)"
sed -n 's/^command	vmtax run/set --/p' facts >again
(. ./again && shift $(($# - 5)) && [ "$1 $2 $3,$4,$5" = "sh -c exit 0 # it's \$5; a 'test',,x" ])
result machine-command-line
why="$(cut -d, -f3,50- result/runs.csv | tr '\n' '|')"
! grep -q observed result/runs.csv && ! grep -q ',perf,' result/counters.csv
result no-observe
"$vmtax" run --configs native --blocks 1 --out observed -- true >/dev/null 2>err
why="$(cat err; cut -d, -f1,3,50- observed/runs.csv | tr '\n' '|')"
[ "$(grep -c 'observed,' observed/runs.csv)" -eq 1 ] && {
	run=$(sed -n 's/,.*observed,.*//p' observed/runs.csv)
	[ "$(state csv perf)" != ok ] || [ "$(grep -c "^$run,perf," observed/counters.csv)" -ge 6 ]
} && [ "$(grep -c ',perf,' observed/counters.csv)" -eq "$(grep -c "^$run,perf," observed/counters.csv)" ]
result observe

# Where no probe that disturbs works, nothing is disturbed.
if ordinary test -x "$vmtax" 2>/dev/null && mkdir open && chmod a+rwx open && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ge 2 ]; then
	(cd open && ordinary "$vmtax" run --configs native --blocks 1 --out apart -- true >/dev/null 2>err)
	why="$(cat open/err; cut -d, -f1,3,50- open/apart/runs.csv | tr '\n' '|')"
	[ "$(grep -c ',ok,' open/apart/runs.csv)" -ge 1 ] && ! grep -q observed open/apart/runs.csv
	result observe-only-what-can-be
else
	echo "skip observe-only-what-can-be: perf is for everyone here, or no ordinary user can run what lies in $1"
fi

needs_kvm accounts-close
"$vmtax" run --configs hosted,bare-metal --blocks 1 --memory 64M --out virtual -- "$1/workloads/file-seq" "$vmtax" >/dev/null 2>err
why="$(cat err)"
grep -q ',kvm-stats,vm,' virtual/counters.csv && grep -q ',kvm-stats,vcpu0,exits,' virtual/counters.csv &&
	grep -q ',guest-time,vcpu0,' virtual/counters.csv && grep -q ',schedstat,vcpu0,run_delay,' virtual/counters.csv
result probes-of-a-vm

# closes DIRECTORY: the layers of each of its threads add up to the thread's time; at least four.
closes() {
	awk -F , '
	FNR == 1 { next }
	FILENAME ~ /layers/ { sum[$1 "," $2] += $4; next }
	$2 == "stamps" && $4 == "wall" { n++; if (sum[$1 "," $3] - $6) print $1, $3, sum[$1 "," $3], "of", $6 }
	END { if (n < 4) print n " accounts" }' "$1/layers.csv" "$1/counters.csv" | head -n 1
}
why="$(closes virtual)"
[ -z "$why" ]
result accounts-close

# Processes the program forks have rows too, and what they are refused is said.
"$vmtax" run --configs hosted,bare-metal --blocks 1 --memory 64M --max-processes 5 --out tree -- /bin/busybox sh -c \
	'for i in 1 2 3; do /bin/busybox true; done' >/dev/null 2>err
rows=$(($(wc -l <tree/runs.csv) - 1)) # a disturbed block is repeated
why="$(closes tree) $(grep -c ',others-vcpu,host-kernel,' tree/layers.csv) of $rows $(cat err)"
[ "${why% "$(cat err)"}" = " $rows of $rows" ] && [ "$rows" -ge 4 ]
result accounts-of-processes
"$vmtax" run --configs native,hosted --blocks 1 --no-observe --memory 64M --out refused -- /usr/bin/perl -e \
	'unless (fork) { exit(syscall(248, 0, 0, 0, 0, 0) == -1 && $! == 38 ? 9 : 0) } wait; exit $? >> 8' >/dev/null 2>err
why="$(cut -d, -f1,7,21,22 refused/runs.csv | tr '\n' '|')"
grep -q ',unsupported,.*add_key' refused/runs.csv
result refused-to-a-child
"$vmtax" list layers --csv | sed '1d; s/,.*//' >layers
why="$(sed 1d virtual/layers.csv | cut -d, -f3 | sort -u | grep -vxFf layers)"
[ -s layers ] && [ -z "$why" ] && grep -qx guest-user layers && [ "$(tail -n 1 layers)" = unattributed ]
result layers-are-listed
why="$(sed 1d virtual/counters.csv | cut -d, -f2 | sort -u | grep -vxFf want)"
[ -z "$why" ]
result probes-are-listed
