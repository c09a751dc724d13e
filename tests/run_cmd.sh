#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax run, the whole command: natively wherever it is, in virtual machines where there is KVM.
. "$VMTAX_SRC/tests/check.lib"

vmtax=$1/vmtax

# try STATUS ARGUMENT...: vmtax run with stdout and stderr in out and err; whether it ended so.
try() {
	want=$1
	shift
	"$vmtax" run "$@" >out 2>err
	status=$?
	why="status $status, not $want: $(tr '\n' '|' <err)"
	[ $status -eq "$want" ]
}

# says PATTERN...: whether one line of err has them all.
says() {
	sed -i -E '/^vmtax run: (trying out|measuring|repeating) [0-9]+ of/d' err # only a slow machine tells of progress
	[ "$(wc -l <err)" -eq 1 ] || return 1
	for pattern; do
		grep -qe "$pattern" err || return 1
	done
}

# rows DIR [PATTERN]: how many rows of runs.csv have PATTERN.
rows() {
	sed 1d "$1/runs.csv" | grep -ce "${2-}"
}

# each_once DIR BLOCKS: whether every workload x configuration x block up to BLOCKS is there once, and runs differ.
each_once() {
	why="$(cut -d, -f1,3,5,7 "$1/runs.csv" | tr '\n' '|')"
	[ -z "$(sed 1d "$1/runs.csv" | cut -d, -f1 | sort | uniq -d)" ] &&
		[ -z "$(sed 1d "$1/runs.csv" | cut -d, -f3,5,7 | grep -v ^NA, | sort | uniq -d)" ] &&
		[ "$(sed 1d "$1/runs.csv" | cut -d, -f3 | awk -v most="$2" '$1 <= most' | wc -l)" -eq "$3" ]
}

# await DIR N: waits until N repetitions are recorded.
await() {
	tries=0
	until [ "$(wc -l 2>/dev/null <"$1/runs.csv" || echo 0)" -gt "$2" ]; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return 1
		sleep 0.05
	done
}

cat >suite.csv <<'E'
name,class,command,stresses,data
spin,cpu,cpu-int 10K,arithmetic,
read,io,file-seq in.txt,reading,in.txt:64K
E
# Once the run to be killed has five repetitions, the next one goes on until then: however slow we are, it is under way.
cat >slow <<E
#!/bin/sh
[ -e '$PWD/go' ] || [ "\$(cat '$PWD/killed/runs.csv' 2>/dev/null | wc -l)" -le 5 ] || exec sleep 1000
sleep 0.1
echo done
E
chmod +x slow
cat >slow.csv <<'E'
name,class,command,stresses
slow,cpu,./slow,sleeping
E

try 0 --suite suite.csv --configs native,native-tuned --blocks 3 --out first &&
	[ "$(rows first ',ok,')" -ge 12 ] && [ "$(rows first)" -eq "$(rows first ',ok,')" ] &&
	each_once first 3 12 && [ ! -e first/.scratch ] && [ -s first/machine.csv ]
result native

cp first/runs.csv before
try 2 --suite suite.csv --configs native --blocks 1 --out first && says 'the directory exists: first' '--force' &&
	cmp -s before first/runs.csv
result exists
mkdir foreign && echo mine >foreign/file
try 2 --force --suite suite.csv --configs native --blocks 1 --out foreign && says 'foreign' '--out' &&
	[ "$(ls -A foreign)" = file ]
result force-spares-foreign
echo mine >first/file
try 0 --force --suite suite.csv --configs native --only spin --blocks 2 --out first && [ "$(rows first)" -ge 2 ] &&
	[ "$(rows first ,read,)" -eq 0 ] && [ -e first/file ]
result force

(cd first && "$vmtax" run --configs native --blocks 2 --out ../here -- ls >/dev/null 2>&1)
cut -d, -f5 here/runs.csv | grep -qx ls && [ "$(rows here ",ok,")" -ge 2 ]
result own-program
sum=$(ls first | sha256sum | cut -d' ' -f1)
why="$sum is not in $(cat here/runs.csv)"
grep -q "$sum" here/runs.csv
result own-directory

try 1 --configs native --blocks 2 --out failing -- false && says 'false under native: failed: exit status 1' &&
	[ "$(rows failing)" -eq 1 ]
result failing
try 1 --configs native --blocks 1 --timeout 50ms --out late -- sleep 60 && says 'no end after 0.05 s' &&
	[ "$(rows late ,timeout,)" -eq 1 ]
result timeout

cat >dice <<'E'
#!/bin/sh
echo $$
E
chmod +x dice
try 0 --configs native --blocks 2 --out dice.out -- ./dice &&
	[ "$(grep -c 'prints something else each time, so its output is not compared' err)" -eq 1 ] &&
	[ "$(rows dice.out nondeterministic)" -ge 2 ]
result nondeterministic
try 0 --configs native --blocks 2 --filter 'tr -d 0-9' --out filtered -- ./dice && ! grep -q 'not compared' err &&
	[ "$(rows filtered nondeterministic)" -eq 0 ]
result filtered
try 1 --configs native --blocks 2 --filter 'exit 3' --out unfiltered -- ./dice &&
	says 'filter exit 3 failed with status 3'
result failing-filter
try 1 --configs native --blocks 2 --timeout 200ms --filter 'sleep 100' --out slowly -- ./dice &&
	says 'no end after 0.2 s'
result endless-filter
try 143 --configs native --filter 'kill -TERM $PPID; sleep 100' --out broken -- ./dice &&
	grep -q 'stopped; 0 repetitions' err
result interrupted-filter

# --- Wrong usage: one line that says what and how to mend it, and nothing is made ------------------------------

wrong() {
	name=$1 pattern=$2 mend=$3
	shift 3
	try 2 "$@" --out nothing && says "$pattern" "$mend" && [ ! -e nothing ]
	result "wrong-$name"
}
wrong config 'unknown configuration natve' 'did you mean native?' --configs natve
wrong config-twice 'native is named twice' 'once' --configs native,native
wrong knob 'unknown knob transprt' 'did you mean transport?' --set transprt=ring
wrong value 'unknown value rng' 'did you mean ring?' --set transport=rng
wrong no-value 'lacks a value' 'knob=value' --set transport
wrong set-native 'changes nothing' '--configs' --configs native --set transport=ring
wrong blocks '--blocks' 'from 1 to 10000' --blocks many
wrong no-blocks '--blocks' 'from 1 to 10000' --blocks 0
wrong fewer-blocks '--blocks' 'from 1 to 10000' --blocks -1
wrong processes '--max-processes' 'from 1 to 1024' --max-processes 0
wrong budget 'soon is not a time' '30s' --budget soon
wrong memory 'between 16M and 3G' '256M' --memory 1M
wrong cpus '0 is no number of cores' 'from 1 to' --cpus 0
wrong more-cpus '1025 is no number of cores' 'from 1 to' --cpus 1025
wrong drivers 'no number of drivers' 'from 1 to 8' --drivers 9
wrong cache 'hot' 'warm or cold' --cache hot
wrong suite 'no-such.csv' 'No such file' --suite no-such.csv
wrong only 'spn' 'did you mean spin?' --suite suite.csv --only spn
wrong program 'no-such-program' 'PATH\|path' -- no-such-program
wrong not-executable './suite.csv' 'chmod +x' -- ./suite.csv
wrong directory '/tmp: Is a directory' 'a program in it' -- /tmp
wrong suite-and-program 'exclude each other' 'one of them' --suite suite.csv -- true
wrong cold-program '--cache cold' 'data column' --cache cold -- true
wrong resume '--resume' 'schedule.csv' --resume --blocks 3
try 2 --suite suite.csv --out suite.csv && says 'suite.csv: Not a directory' '--out'
result wrong-out
try 2 --out nothing -- && says 'no program after --' 'suite' && [ ! -e nothing ]
result wrong-no-program
try 2 --resume --out foreign && says 'nothing to resume: foreign' 'stopped'
result wrong-resume-foreign
printf 'name,class,command,stresses\na,cpu,"x '"'"'y",z\n' >quotes.csv
try 2 --suite quotes.csv --out nothing && says 'quotes.csv:2:command' 'close the quotes' && [ ! -e nothing ]
result wrong-suite-row

# --- Stopped runs ----------------------------------------------------------------------------------------------

"$vmtax" run --suite slow.csv --configs native,native-tuned --blocks 8 --timeout 900s --out killed >/dev/null 2>&1 &
pid=$!
await killed 5
kill -9 $pid
wait $pid 2>/dev/null
touch go
cp killed/runs.csv before
try 0 --resume --out killed && [ ! -e killed/.scratch ] && each_once killed 8 16 &&
	head -c "$(wc -c <before)" killed/runs.csv | cmp -s - before
result resume-after-kill
try 0 --resume --out killed && each_once killed 8 16
result resume-when-done

cat >hang <<'E'
#!/bin/sh
echo $$ >hang.pid
exec sleep 1000
E
chmod +x hang
"$vmtax" run --configs native --timeout 500s --out hanging -- ./hang >/dev/null 2>&1 &
pid=$!
tries=0
until [ -s hang.pid ] || [ $tries -gt 600 ]; do tries=$((tries + 1)) && sleep 0.05; done
kill -9 $pid
wait $pid 2>/dev/null
tries=0
while kill -0 "$(cat hang.pid)" 2>/dev/null && [ $tries -lt 200 ]; do tries=$((tries + 1)) && sleep 0.05; done
why="process $(cat hang.pid) outlived the harness"
! kill -0 "$(cat hang.pid)" 2>/dev/null
result killed-leaves-no-process

"$vmtax" run --suite slow.csv --configs native --blocks 5000 --out stopped >stopped.out 2>stopped.err &
pid=$!
await stopped 2
try 2 --force --suite slow.csv --configs native --blocks 1 --out stopped && says 'a run is under way in it: stopped' '--out' &&
	try 2 --resume --out stopped && says 'a run is under way' && [ -s stopped/runs.csv ] && [ -s stopped/schedule.csv ]
result under-way
kill -TERM $pid
wait $pid 2>/dev/null
status=$?
mv stopped.err err
why="status $status: $(tr '\n' '|' <err)"
[ $status -eq 143 ] && says 'stopped; [0-9]* repetitions are recorded' '--resume --out stopped' &&
	[ ! -e stopped/.scratch ] && [ "$(rows stopped ,ok,)" -ge 2 ]
result stopped

# --- A machine that lacks something ----------------------------------------------------------------------------

# in_namespace COMMAND: as root with mounts of its own.
in_namespace() {
	unshare -m sh -c "mount --make-rprivate / && $1"
}

if [ "$(id -u)" -eq 0 ] && mkdir small && in_namespace 'mount -t tmpfs -o size=200k none small' 2>/dev/null; then
	in_namespace "mount -t tmpfs -o size=200k none small && cd small && '$vmtax' run --suite ../suite.csv \
		--configs native --blocks 500 --out full >../out 2>../err; echo \$? >../status; cp -r full .." 2>/dev/null
	status=$(cat status)
	why="status $status: $(tr '\n' '|' <err)"
	[ "$status" -eq 1 ] && says 'No space left on device' 'free some space' &&
		[ "$(rows full)" -eq "$(rows full '^[0-9]*,.*,[^,]*$')" ] && [ "$(rows full)" -ge 1 ]
	result full-disk
else
	echo "skip full-disk: this needs root and mounts"
fi

if [ "$(id -u)" -eq 0 ] && [ -e /dev/kvm ] && in_namespace 'mount --bind /dev/null /dev/kvm' 2>/dev/null; then
	in_namespace "mount --bind /dev/null /dev/kvm && '$vmtax' run --suite suite.csv --configs native,hosted \
		--blocks 1 --out without >out 2>err; echo \$? >status"
	why="status $(cat status): $(tr '\n' '|' <err)"
	[ "$(cat status)" -eq 0 ] && grep -q 'only native is measured: ' err && [ "$(rows without ,skipped,)" -eq 2 ] &&
		[ "$(rows without ,ok,)" -ge 2 ]
	result without-kvm
	in_namespace "mount --bind /dev/null /dev/kvm && '$vmtax' run --suite suite.csv --configs hosted --blocks 1 \
		--out nothing >out 2>err; echo \$? >status"
	why="status $(cat status): $(tr '\n' '|' <err)"
	[ "$(cat status)" -eq 77 ] && says '/dev/kvm' && [ ! -e nothing ]
	result without-anything
else
	echo "skip without-kvm: this needs root, mounts and a /dev/kvm to hide"
fi

# --- Virtual machines ------------------------------------------------------------------------------------------

needs_kvm virtual
try 0 --suite suite.csv --configs native,hosted,bare-metal --blocks 2 --memory 64M --out virtual &&
	each_once virtual 2 12 && [ "$(rows virtual)" -eq "$(rows virtual ',ok,')" ]
result virtual
why="$(cut -d, -f5,7,40 virtual/runs.csv | tr '\n' '|')"
[ "$(cut -d, -f5,39 virtual/runs.csv | sed 1d | sort -u | wc -l)" -eq 2 ]
result same-output
why="no requests or exits of a run in a virtual machine"
[ "$(wc -l <virtual/requests.csv)" -gt 6 ] && [ "$(wc -l <virtual/exits.csv)" -gt 4 ]
result virtual-tables
try 0 --suite suite.csv --only spin --configs native,hosted --set completion=poll --blocks 1 --memory 64M \
	--out knob && [ "$(rows knob 'hosted+completion=poll,hosted+completion=poll,warm,exit,poll')" -ge 1 ]
result knob
# As many cores natively as in a guest, and no more held than used.
try 0 --cpus 1 --drivers 1 --configs native,hosted,bare-metal --blocks 1 --no-observe --memory 64M --out one-core \
	-- nproc && [ "$(rows one-core ,ok,)" -eq "$(rows one-core)" ]
result cpus
why="$(cut -d, -f7,10,36 one-core/runs.csv | tr '\n' '|')"
[ "$(sed 1d one-core/runs.csv | awk -F, '$36 != 1 + ($10 == "ring")' | wc -l)" -eq 0 ] &&
	[ "$("$1/vmtax-monitor" --cpus 1 -- "$(command -v nproc)")" = 1 ]
result cpus-held
"$1/vmtax" report --json=runs one-core >runs.json
why="$(jq -c '.[] | [.config, .transport, .cpus, .drivers]' runs.json | tr '\n' ' ')"
jq -e 'all(.[]; .cpus == 1 and .drivers == if .transport == "ring" then 1 else 0 end)' runs.json >/dev/null
result cpus-recorded
cat >seen <<'E'
nproc
cat /sys/devices/system/cpu/online
grep -c '^processor' /proc/cpuinfo
E
"$1/vmtax-monitor" --cpus 1 -- "$(command -v sh)" seen >out 2>err
why="$(tr '\n' '|' <out)$(tr '\n' '|' <err)"
[ "$(tr '\n' ' ' <out)" = "1 0 1 " ]
result cpus-seen
cp /bin/echo dynamic
if [ "$(od -An -tx1 -j16 -N1 dynamic | tr -d ' ')" = 03 ]; then
	try 0 --configs native,hosted --blocks 1 --out dynamic.out -- ./dynamic hello &&
		[ "$(rows dynamic.out ,hosted,hosted,)" -ge 1 ]
	result dynamic-program
else
	echo "skip dynamic-program: true is not a dynamic executable here"
fi
