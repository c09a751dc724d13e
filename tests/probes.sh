#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Probes as a user meets them: chosen by name, without tracefs, without rights; what is counted of a VM.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# of DIRECTORY: the probes that have rows there, a line.
of() {
	sed 1d "$1/counters.csv" | cut -d, -f2 | sort -u | tr '\n' ' '
}

# --- Chosen by name ------------------------------------------------------------------------------------------

"$vmtax" run --probes kvm-stat --configs native --blocks 1 --out wrong -- true >said 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 2 ] && grep -q 'no probe kvm-stat: .*did you mean kvm-stats?' err && [ ! -e wrong ]
result no-such-probe
"$vmtax" run --probes none,perf --configs native --blocks 1 --out wrong -- true >said 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 2 ] && grep -q 'exclude each other' err && ! [ -e wrong ]
result none-and-a-probe
"$vmtax" run --probes none --counters basic --configs native --blocks 1 --out uncounted -- true >said 2>err
why="$(cat err)"
grep -q 'no event set is counted: --probes leaves counters out' err
result nothing-counted-is-said
"$vmtax" run --probes none --configs native --blocks 1 --out none -- true >said 2>err
why="$(of none) $(cat err)"
[ "$(of none)" = "" ] && grep -q ',ok,' none/runs.csv && ! grep -q observed none/runs.csv
result none
"$vmtax" run --probes proc-io,rusage --configs native --blocks 1 --out some -- true >said 2>err
why="$(of some) $(cat err)"
[ "$(of some)" = "proc-io rusage " ] && ! grep -q observed some/runs.csv
result some
"$vmtax" run --probes alternate --configs native --blocks 4 --no-observe --out turns -- true >said 2>err
why="$(cut -d, -f1-9 turns/runs.csv | tr '\n' ' ') $(cat err)"
"$vmtax" report --json=runs turns >runs.json
"$vmtax" report --json=counters turns >counters.json
# A disturbed block is repeated, under a number of its own.
jq -e --slurpfile counters counters.json '($counters[0] | map(.run)) as $counted | ([.[].block] | unique | length >= 4) and
	all(.[]; ((.flags // "") | contains("unprobed")) as $without | .run as $run |
	$without == (.block % 4 == 2 or .block % 4 == 3) and $without == ([$run] | inside($counted) | not))' runs.json >/dev/null
result alternate
"$vmtax" run --probes alternate --configs native --blocks 12 --budget 20s --no-observe --out pairs -- true >said 2>err
why=$(grep -A 2 'probes that' said | tr '\n' ' ')
tr '\n' ' ' <said | tr -s ' ' | grep -Eq 'with the probes that always count, repetitions took [0-9.]+ \[[0-9.]+, [0-9.]+\] times as long as without \([0-9]+ pairs\)' &&
	! grep -q 'probes that always count' turns/report.html
result alternate-says-the-cost

if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	# Calls that do next to nothing are stamped now and then; what does more, always.
	"$vmtax" run --only syscall,log --configs hosted --blocks 1 --no-observe --out brief >said 2>err
	why="$(tail -n 2 err) $(grep guest-kernel brief/layers.csv | tr '\n' ' ')"
	[ "$(grep -c '^[0-9]*,vcpu0,guest-kernel,[1-9][0-9]*,sampled$' brief/layers.csv)" -ge 1 ] &&
		[ "$(grep -c '^[0-9]*,vcpu0,guest-kernel,[1-9][0-9]*,exact$' brief/layers.csv)" -ge 1 ]
	result brief-calls-are-sampled
fi

# --- Without tracefs, and without rights ---------------------------------------------------------------------

# counts DIRECTORY: whether a run counted what needs no right, and traced nothing.
counts() {
	grep -q ',ok,' "$1/runs.csv" && grep -q ',rusage,process,' "$1/counters.csv" &&
		! grep -q ',tracepoints,' "$1/counters.csv" && [ "$(wc -l <"$1/agreement.csv")" -le 1 ]
}

hide='for at in /sys/kernel/tracing /sys/kernel/debug; do [ ! -d $at ] || mount -t tmpfs none $at || exit 9; done'
unshare -m sh -c "$hide" 2>/dev/null
if [ $? -eq 0 ]; then
	unshare -m sh -c "$hide; '$vmtax' run --configs native --blocks 1 --keep-trace --out bare -- true" >said 2>err
	why="$(cat err) $(of bare)"
	counts bare && grep -q 'no traces are kept: .*tracefs' err
	result without-tracefs
else
	echo "skip without-tracefs: it cannot be hidden here"
fi

paranoid=$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo 9)
mkdir open && chmod a+rwx open .
ordinary="setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all"
[ "$(id -u)" -eq 0 ] || ordinary=
if [ "$paranoid" -ge 2 ] && $ordinary test -x "$vmtax" 2>/dev/null && $ordinary test -w open; then
	(cd open && TMPDIR=$PWD $ordinary "$vmtax" run --configs native --blocks 1 --keep-trace --out mine -- true) >said 2>err
	why="$(cat err said)"
	counts open/mine && grep -qE 'no traces are kept: .*(run as root|mount -t tracefs)' err
	result ordinary-user
	(cd open && TMPDIR=$PWD $ordinary "$vmtax" run --configs native --blocks 1 --counters basic --out uncounted -- true) >said 2>err
	why="$(cat err)"
	grep -qE 'no event set is counted: .*(PMU|perf_event|run as root)' err
	result ordinary-user-is-told-of-counters
	$ordinary "$vmtax" doctor --csv >csv 2>err
	why="$(grep '^probes,' csv)"
	for probe in perf tracepoints trace; do
		grep "^probes,$probe,no," csv | grep -qE 'run as root|mount -t tracefs' || why="$probe gives no mend"
	done
	[ "${why#* gives}" = "$why" ]
	result ordinary-user-is-told
else
	echo "skip ordinary-user: perf is for everyone here, or no ordinary user can run what lies in $1"
fi

# --- Of a virtual machine ------------------------------------------------------------------------------------

needs_kvm footprint
"$vmtax" run --configs native,hosted --blocks 1 --memory 64M --out vm -- /bin/busybox true >said 2>err
why="$(cat err) $(cut -d, -f6,7 vm/host-footprint.csv | tr '\n' ' ')"
grep -q ',hosted,.*,memory,guest,vm,bytes,[1-9]' vm/host-footprint.csv &&
	grep -q ',hosted,.*,memory,monitor,vm,bytes,[1-9]' vm/host-footprint.csv &&
	grep -q ',hosted,.*,size-on-disk,guest-kernel,shared,bytes,[1-9]' vm/host-footprint.csv &&
	grep -q ',native,.*,memory,process,vm,bytes,[1-9]' vm/host-footprint.csv
result footprint
why="the file has $(stat -c %s "$1/vmtax-kernel") bytes"
grep -q ",size-on-disk,guest-kernel,shared,bytes,$(stat -c %s "$1/vmtax-kernel")," vm/host-footprint.csv
result footprint-sizes
"$vmtax" report --no-html vm >short 2>err
"$vmtax" report --no-html --all vm >said 2>err
why="$(grep -n 'left out here\|Memory beyond' short)"
grep -q 'left out here' short && ! grep -q "Memory beyond the guest's own" short && ! grep -q 'left out here' said
result summary-is-short
why="$(grep -n 'Memory beyond' said)"
grep -q '^hosted ' said && grep -q "Memory beyond the guest's own" said && grep -q 'id="footmemory' vm/report.html
result footprint-shown

# What each that is begun and ended costs is known where the machine has it.
"$vmtax" doctor --csv | awk -F , '$1 == "probes" && $3 == "ok" { print $2 }' >there
"$vmtax" list probes --csv | awk -F , 'FILENAME == "there" { there[$1]; next }
	$1 in there && $1 !~ /^(stamps|rusage|host-services)$/ { n++; if ($3 !~ /^[1-9]/) print $1 }
	END { if (n < 5) print "only " n + 0 }' there - >unknown
why="not known: $(cat unknown)"
! [ -s unknown ]
result every-cost
why=$(grep '^probes take' vm/machine.csv)
grep -q '^probes take,.*schedstat [0-9.]* [mun]s, ' vm/machine.csv
result costs-kept

# Each vCPU has its own, also those of threads that the program begins.
timeout 120 "$vmtax" run --configs hosted --blocks 1 --no-observe --out threads -- "$1/tests/guest/threads" >said 2>err
status=$?
why="status $status: $(tail -n 2 err) $(grep -o 'kvm-stats,[a-z0-9]*' threads/counters.csv | sort | uniq -c | tr '\n' ' ')"
[ $status -eq 0 ] && awk -F , '$2 == "kvm-stats" && $5 == "1" && $6 > 0 && $10 == $9 + $6 { rows[$3]++ }
	END { exit !(rows["vm"] + rows["vcpu0"] > 5 && rows["vcpu1"] > 5 && rows["vcpu5"] > 5) }' threads/counters.csv
result statistics-of-each-vcpu

# Of an observed repetition every statistic of KVM's is kept, where it stood before and after; of others what moved.
if grep -q 'observed' vm/runs.csv; then
	awk -F , 'FILENAME ~ /runs/ { if (/observed/) seen[$1]; next }
		$2 == "kvm-stats" { rows++; if ($10 - $9 - $6 > 1e-6 * $10) bad++; if ($1 in seen) still += $6 == 0; else moved += $6 == 0 }
		END { print rows, bad + 0, still + 0, moved + 0; exit !(rows > 20 && !bad && still > 5 && !moved) }' \
		vm/runs.csv vm/counters.csv >figures
	status=$?
	why="rows, wrong, still: $(cat figures)"
	[ $status -eq 0 ]
	result every-statistic
else
	echo "skip every-statistic: nothing is observed here"
fi
