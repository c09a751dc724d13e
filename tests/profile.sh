#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax profile: what it counts of programs whose calls are known, and what it refuses.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# try STATUS ARGUMENT...: whether it ends with STATUS; its output is in said and err.
try() {
	want=$1
	shift
	"$vmtax" profile "$@" >said 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || { echo "ended with $got" >>err && false; }
}

# refuses NAME STATUS TEXT ARGUMENT...: one line on stderr that holds TEXT, beside how calls are counted where they
# cannot be traced, no output, and no table.
refuses() {
	name=$1 status=$2 text=$3
	shift 3
	try "$status" "$@" && [ "$(grep -vc 'counted a slower way' err)" -eq 1 ] && grep -qF -e "$text" err && [ ! -s said ] && [ ! -e profile.csv ]
	result "$name"
}

refuses counters 2 'did you mean tlb?' --counters tlc -- /bin/true
refuses nothing 2 'nothing to profile'
refuses two-things 2 'more than one thing to profile' --suite training -- /bin/true
refuses no-program 2 'cannot find the program' -- ./nowhere
refuses no-process 2 'there is no process' --pid 4194304
refuses for-what 2 'give --pid, too' --for 1s -- /bin/true
refuses for-nothing 2 'leaves no time' --for 0s --pid $$
refuses no-suite 2 'did you mean training?' --suite trainin
refuses only 2 'give --suite, too' --only x -- /bin/true
refuses csv-json 2 'exclude each other' --csv --json -- /bin/true
refuses no-directory 1 'choose another with --out' --out /proc/no/where -- /bin/true
try 0 --repeat 3 --name slower --out varies -- /bin/sh -c "echo >>$PWD/lines; sleep 0.0\$((2 * \$(wc -l <$PWD/lines)))" &&
	grep -q '^! its runs took .* others kept the machine busy, or it varies$' said
result varies
rm -rf varies lines
refuses never-ends 1 'no end after' --timeout 200ms -- /bin/sleep 5
refuses floods 1 'stopped after printing' --repeat 1 -- /usr/bin/yes
refuses killed 1 'Killed' --repeat 1 -- /bin/sh -c 'kill -9 $$'
refuses name-empty 2 'no name for a program' --name '' -- /bin/true
refuses name-missing 2 'no name for a program' --name NA -- /bin/true
refuses name-of-lines 2 'no name for a program: --name: give one' --name "$(printf 'a\nb')" -- /bin/true
refuses timeout-nothing 2 'leaves no time' --timeout 0 -- /bin/true
echo 'echo hello' >plain && printf '#!/no/where/sh -e\n' >orphan && chmod +x plain orphan
refuses script-unmarked 1 'begin it with a line such as #!/bin/sh' -- ./plain
refuses script-without-interpreter 1 'install /no/where/sh, or name another' -- ./orphan
rm plain orphan
printf '#!/bin/sh\nkill -9 $$\n' >die && chmod +x die
printf 'name,class,command,stresses\nbad,app,'"$PWD"'/die,nothing\ngood,app,/bin/true,nothing\n' >bad.csv
try 0 --repeat 1 --suite bad.csv --csv && grep -q 'bad is left out: .*Killed' err && [ "$(cut -d, -f1 said | sort -u | tr '\n' ' ')" = 'good program ' ]
result suite-goes-on
rm -f profile.csv arrivals.csv
refuses suite-of-none 1 'Killed' --repeat 1 --suite bad.csv --only bad
rm bad.csv die
[ -z "$(ls | grep -vx -e said -e err)" ]
result leaves-nothing
try 0 --repeat 1 -- /bin/sh -c 'exit 3' && grep -q 'sh ended with exit status 3' err
result exit-status
rm -f profile.csv arrivals.csv
# stopped_in PATTERN ARGUMENT...: profiles, and is stopped while a program like PATTERN runs; its exit status.
stopped_in() {
	pattern=$1
	shift
	"$vmtax" profile "$@" >said 2>err </dev/null &
	stopped=$!
	for i in $(seq 100); do
		sleep 0.1
		! pgrep -f "$pattern" >/dev/null || break
	done
	kill -TERM $stopped
	wait $stopped
}
stopped_in 'sleep 5.37[5]' -- /bin/sleep 5.375
[ $? -eq 143 ] && grep -q 'stopped: nothing is written' err && [ -z "$(ls -A | grep -vx -e said -e err)" ] && ! pgrep -f 'sleep 5.37[5]' >/dev/null
result stopped
printf 'name,class,command,stresses\ngood,app,/bin/true,nothing\nlong,app,/bin/sleep 5.376,nothing\n' >two.csv
stopped_in 'sleep 5.37[6]' --suite two.csv --repeat 1
[ $? -eq 143 ] && grep -q 'stopped: of 2 programs the first 1 are profiled' err && [ "$(cut -d, -f1 profile.csv | sort -u | tr '\n' ' ')" = 'good program ' ]
result stopped-keeps
rm -f two.csv profile.csv arrivals.csv

# field EVENT COLUMN: of the table in said.
field() {
	awk -F, -v event="$1" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		$at["event"] == event { print $at[column] }' said
}

# Of two CPUs, three seconds: (100 - idle - iowait - steal) % of 46.04 + 53.96, 55.17 + 41.87 and 59.90 + 40.10 %.
sadf=$VMTAX_SRC/model/examples/sadf.csv
try 0 --sadf "$sadf" --csv --ops 3 --name box && [ "$(field cpu value)" = 5.9408e+09 ] && [ "$(field wall value)" = 3e+09 ] &&
	[ "$(field page-faults value)" = 119625.83 ] && [ "$(field disk-transfer bytes)" -eq 100909378 ] &&
	[ "$(field disk-transfer source)" = sadf ] && [ "$(field network-packet value)" = 0 ] && [ "$(field ops value)" -eq 3 ]
result sadf
rm -f profile.csv arrivals.csv
grep -v 'UTC;[01];' "$sadf" >all && refuses sadf-cpus 2 'how many CPUs' --sadf all
grep -v 'UTC;[01];' "$sadf" | sed '1s/^/vm;-1;2026-11-26 03:00:00 UTC;LINUX-RESTART\t(2 CPU)\n/' >restart && try 0 --sadf restart --csv &&
	[ "$(field cpu value)" = 5.9408e+09 ] && try 0 --sadf all --cpus 4 --csv && [ "$(field cpu value)" = 1.18816e+10 ]
result sadf-restart
rm -f profile.csv arrivals.csv
refuses sadf-cpus-told 2 'there are 2 CPUs' --sadf "$sadf" --cpus 4
# Two CPUs busy at once take no longer than the three seconds that they were watched.
try 0 --sadf "$sadf" --csv && [ "$(field alone value)" = 3e+09 ]
result sadf-side-by-side
rm -f profile.csv arrivals.csv
sed '2s/;[^;]*$/;much/' "$sadf" >much && refuses sadf-value 2 'much:2:%idle' --sadf much
sed '4s/;[^;]*$//' "$sadf" >few && refuses sadf-fields 2 'few:4' --sadf few
sed '2s/;[^;]*$/;850/' "$sadf" >over && refuses sadf-percentage 2 'over:2:%idle' --sadf over
sed '2s/;[^;]*$/;0x10/' "$sadf" >hex && refuses sadf-hexadecimal 2 'hex:2:%idle' --sadf hex
sed '2s/;/;0x/' "$sadf" >hex && refuses sadf-hexadecimal-time 2 'hex:2:interval' --sadf hex
sed '2s/;1;/;1e308;/' "$sadf" >long && refuses sadf-seconds 2 'long:2:interval' --sadf long
awk -F';' -v OFS=';' 'NR == 16 { $6 = "1e308" } 1' "$sadf" >long && refuses sadf-rate 2 'long:16:fault/s' --sadf long
tr U '\0' <"$sadf" >nul && refuses sadf-nul 2 'there is a NUL byte' --sadf nul
refuses sadf-directory 1 'Is a directory' --sadf .
grep -v CPU "$sadf" | grep -A4 proc >nocpu && refuses sadf-no-cpu 2 'no line of all CPUs' --sadf nocpu
echo 'not it' >text && refuses sadf-text 2 'text:1' --sadf text
refuses sadf-missing 1 'nowhere' --sadf nowhere
mkfifo pipe
timeout -k 2 0.5 "$vmtax" profile --sadf pipe --out new >said 2>err
[ $? -eq 124 ] && [ ! -e new ]
result sadf-stopped
refuses sadf-option 2 'give --sadf, too' --cpus 2 -- /bin/true
rm -f all restart much few over long hex nul nocpu text pipe

# Who may not trace counts by ptrace(2), and of what runs already by /proc.
head -c 409600 /dev/zero >input
mkdir open && chmod a+rwx open .
ordinary="setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all"
[ "$(id -u)" -eq 0 ] || ordinary=
slowly() { (cd open && TMPDIR=$PWD $ordinary "$vmtax" profile "$@") >said 2>err </dev/null; }
if [ "$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo 9)" -ge 2 ] && $ordinary test -x "$vmtax" 2>/dev/null &&
	$ordinary test -w open; then
	slowly --csv --repeat 1 -- /usr/bin/dd if=../input of=copy bs=4096 count=100 status=none && grep -q 'ptrace(2)' err &&
		[ "$(field write value)" -eq 100 ] && [ "$(field write bytes)" -eq 409600 ] && [ "$(field write files)" -eq 100 ] &&
		[ "$(field write source)" = ptrace ] && [ "$(field read value)" -ge 100 ] && [ "$(field waits source)" = rusage ] &&
		[ -z "$(field wake-ups value)" ] && awk -F, '$2 == "write" { n += $5 } END { exit n != 99 }' open/arrivals.csv
	result ordinary-user
	slowly --csv --repeat 1 -- /bin/sh -c '/bin/true; timeout -s USR1 0.05 /bin/sleep 5; trap "exit 3" USR1; kill -USR1 $$; exit 0' &&
		[ "$(field threads-started value)" -eq 3 ] && [ "$(field execve value)" -eq 3 ] && [ "$(field kill value)" -ge 1 ] &&
		[ "$(field births value)" -ge 3 ] && [ "$(field new-threads value)" -eq 0 ]
	result ordinary-user-processes
	slowly --csv --repeat 1 -- /usr/bin/xz -T2 -k -c ../input && [ "$(field futex value)" -gt 0 ] && [ "$(field new-threads value)" -gt 0 ]
	result ordinary-user-threads
	slowly --timeout 300ms --repeat 1 -- /bin/sleep 5.25
	[ $? -eq 1 ] && grep -q 'no end after' err && ! pgrep -f 'sleep 5.2[5]' >/dev/null
	result ordinary-user-never-ends
	$ordinary sh -c 'while :; do /usr/bin/dd if=/dev/zero of=/dev/null bs=1k count=100 status=none; done' &
	loop=$!
	slowly --pid $loop --for 300ms --csv && grep -q '/proc/PID/io' err && grep -q '^sh,' said && [ "$(field write source)" = proc-io ] &&
		[ "$(field write value)" -gt 0 ] && [ "$(field write blocks)" = files ]
	result ordinary-user-process
	kill $loop
else
	echo "skip ordinary-user: perf is for everyone here, or no ordinary user can run what lies in $1"
fi
rm -rf open

if ! "$vmtax" list probes | grep -E '^tracepoints' | grep -q yes && [ "$(id -u)" -ne 0 ]; then
	echo "skip counts: no right to trace"
	exit
fi
if ! "$vmtax" account --pid $$ --for 10ms >said 2>err; then
	echo "skip counts: $(head -n 1 err)"
	exit
fi

try 0 --csv --ops 7 --repeat 1 -- /bin/true && [ "$(field ops value)" -eq 7 ] && [ "$(field ops group)" = work ] &&
	awk -v n="$(field close value)" -v each="$(field close per_op)" 'BEGIN { exit !(n > 0 && n / each > 6.99 && n / each < 7.01) }' &&
	[ "$(field resident per_op)" = NA ] &&
	try 0 --csv --repeat 1 -- "$1"/workloads/kv kv.log 100 && [ "$(field ops value)" -eq 300 ]
result operations
try 0 --csv --name copy -- /usr/bin/dd if=input of=copy bs=4096 count=100 status=none && [ "$(field write value)" -eq 100 ] &&
	[ "$(field write bytes)" -eq 409600 ] && [ "$(field write files)" -eq 100 ] && [ "$(field write served)" = host ] &&
	[ "$(field read value)" -ge 100 ] && [ "$(field mmap served)" = guest ] && [ "$(field wall unit)" = ns ] &&
	[ "$(cut -d, -f1 said | sort -u | tr '\n' ' ')" = 'copy program ' ]
result dd
cmp -s said profile.csv && awk -F, '$2 == "write" { n += $5 } END { exit n != 99 }' arrivals.csv
result arrivals
head -c 40960 input | "$vmtax" profile --csv --repeat 1 -- /usr/bin/md5sum >said 2>err && [ "$(field read bytes)" -ge 40960 ]
result piped-input
try 0 --json -- /bin/sh -c '/bin/true; /bin/true' && jq -e '
	[.[] | select(.event == "threads-started")][0].value == 2 and ([.[] | select(.event == "execve")][0].value == 2)' said >err
result processes
try 0 --repeat 1 -- /bin/sleep 0.01 && grep -q '^sleep: .*counted in a run of' said && grep -q 'cannot\|no system call' err
result summary
try 0 --csv --repeat 1 -- /bin/sleep 0.05 && [ "$(field asleep value | cut -d. -f1)" -ge 50000000 ] && [ "$(field cpu value | cut -d. -f1)" -lt 50000000 ]
result asleep
# One after another: all on the critical path; beside each other: not all.
try 0 --csv --repeat 1 -- /bin/sh -c '/bin/true; (/bin/true); :' && [ "$(field births value)" -ge 2 ] && [ "$(field forks value)" -ge 1 ] &&
	[ "$(field births serial)" = "$(field births value)" ] && [ "$(field forks serial)" = "$(field forks value)" ] && [ "$(field loaded value)" -gt 20 ]
result births
try 0 --repeat 1 -- /bin/sh -c 'sleep 0.2 & head -c 300 /dev/zero | wc -c >&2; wait' &&
	awk '/of the requests are on the critical path/ { on = $6 } /calls would be requests/ { all = $1 } END { exit !(on > 0 && on < all) }' said
result critical-path
try 0 --csv --repeat 1 -- /bin/sleep 0.02 && [ "$(field timer-expiries value)" -eq 1 ] && [ "$(field cross-cpu-wake-ups value)" -ge 0 ]
result timers
sh -c 'while :; do /bin/true; done' &
loop=$!
try 0 --csv --pid $loop --for 500ms && [ "$(field threads-started value)" -gt 2 ] && [ "$(field cpu unit)" = ns ]
result process
try 0 --pid $loop --for 300ms && grep -Eq 'watching took some [0-9.e+]+ % more of its CPU time' said &&
	awk -F, '$2 == "tracing" { found = $7 > 0 } END { exit !found }' profile.csv
result slowdown
kill $loop
sh -c 'while [ ! -e end ]; do :; done' &
loop=$!
"$vmtax" profile --pid $loop --for 60s >said 2>err &
watcher=$!
for i in $(seq 300); do
	! ls -l /proc/$watcher/fd | grep -q pidfd || break
	sleep 0.1
done
sleep 0.3
touch end
wait $watcher && grep -q ' when it ended$' said && grep -q ',cpu,time,' profile.csv
result process-ends
sh -c '/bin/sleep 20 & wait' &
parent=$!
for i in $(seq 50); do
	! pgrep -P $parent >/dev/null || break
	sleep 0.1
done
try 0 --pid $parent --for 50ms && grep -q '1 process that it started before is not watched' err
result process-children
pkill -P $parent

# One thread does not take less than it computes, however late its beginning was seen.
try 0 --csv --repeat 1 -- /bin/sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done' &&
	awk -v alone="$(field alone value)" -v cpu="$(field cpu value)" -v wall="$(field wall value)" \
		'BEGIN { exit !(alone >= cpu || alone >= wall) }'
result alone
