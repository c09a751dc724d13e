#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Configurations of the user's own, and knobs that contradict each other: what is wrong is said with its place and
# mend, before anything runs.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# refuses NAME WORDS: vmtax run with the file on stdin ends with 2 and one line with WORDS.
refuses() {
	cat >"$1.ini"
	"$vmtax" run --out out --config-file "$1.ini" -- /bin/true >out.txt 2>err
	[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "$2" err && [ ! -e out ]
	result "$1"
}

printf '[a]\nbase = hosted\n\ntransprt = ring\n' | refuses unknown-knob 'transprt: unknown-knob.ini:4: did you mean transport?'
printf '[a]\nbase = hosted\nmemory = locked-hueg\n' | refuses unknown-value 'locked-hueg: unknown-value.ini:3: did you mean locked-huge?'
printf '[a]\nbase = hostd\n' | refuses unknown-base 'unknown-base.ini:2: did you mean hosted?'
printf '[mine]\nbase = hosted\n[b]\nbase = mien\n' | refuses unknown-own-base 'unknown-own-base.ini:4: did you mean mine?'
printf '[a]\ntick = 100\n' | refuses no-base 'no-base.ini:2: base = hosted comes first'
printf '[a]\n' | refuses empty-section 'empty-section.ini:1: begin it with'
printf '[a]\nbase = native\ntransport = ring\n' | refuses native-knob 'transport contradicts native.*native-knob.ini:3'
printf '[a]\nbase = hosted\ntick = 100\ntick = 250\n' | refuses twice 'tick is set twice.*twice.ini:4'
printf '[hosted]\nbase = bare-metal\n' | refuses taken-name 'there is a hosted already: taken-name.ini:1'
printf '[a b]\nbase = hosted\n' | refuses bad-name 'bad-name.ini:1: use letters'
printf 'tick = 100\n' | refuses no-section 'no-section.ini:1: begin with'
printf '[a]\nbase = hosted\nring\n' | refuses no-equals 'no-equals.ini:3: write knob = value'
printf '# nothing\n' | refuses nothing 'there is no configuration'
awk 'BEGIN { printf "[a]\nbase = hosted\n"; for (i = 0; i < 1000; i++) printf "x"; print "" }' | refuses long-line 'long-line.ini:3'
head -c 4096 /dev/urandom | tr -d '[#;' | refuses noise 'noise.ini:[0-9]'

"$vmtax" run --config-file missing.ini -- /bin/true 2>err
[ $? -eq 2 ] && grep -q 'missing.ini' err
result missing-file
"$vmtax" run --config-file . -- /bin/true 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ]
result directory
"$vmtax" run --configs native,native+transport=ring -- /bin/true 2>err
[ $? -eq 2 ] && grep -q 'transport contradicts native' err
result named-native-knob
"$vmtax" run --out out --only file-seq --cache cold --configs native,hosted+host-services=backup 2>err
[ $? -eq 2 ] && grep -q -- '--cache cold contradicts host-services=backup' err && [ ! -e out ]
result cold-backup
"$vmtax" list layers --config-file twice.ini 2>err
[ $? -eq 2 ] && grep -q 'nothing to do with layers' err
result list-other

# A file that is right: its configurations are compared with native, under their own names, with what they say.
cat >mine.ini <<'INI'
; native with a neighbour
[ noisy ]
base = native
host-services = scan

[ring-only]
base=hosted
	transport = ring
[slow-clock]
base = ring-only
clock = exit
INI
needs_kvm runs
"$vmtax" run --out out --config-file mine.ini --blocks 1 --no-observe -- "$1/workloads/log" log.txt 50 >report 2>err &&
	[ "$(grep -c ',ok,' out/runs.csv)" -ge 4 ] && grep -q ',slow-clock,slow-clock,warm,\(ring\|exit\),.*,exit,0,none,ok,' out/runs.csv &&
	grep -q ',host-services,scan,cpu,' out/counters.csv
result runs
"$vmtax" run --out other --config-file mine.ini --configs native,slow-clock+tick=100 --blocks 1 --no-observe \
	-- "$1/workloads/log" log.txt 50 >report 2>err && grep -q ',slow-clock+tick=100,' other/runs.csv
result runs-with-knob
