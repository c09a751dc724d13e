#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax account: traces that are read again, cut off, damaged, killed, or whose process ended.
vmtax=$1/vmtax
. "$VMTAX_SRC/tests/account.lib"

sh -c 'ulimit -t 600; while :; do sleep 0.01; done' & watched=$!
account $watched 0.5s
if [ $status -eq 77 ]; then
	kill $watched
	echo "skip account_trace: $(cat err)"
	exit 0
fi
kill $watched

# A plain program's observed repetition has its account by the trace: what the kernel does for pages it touches, too.
timeout 120 "$vmtax" run --only page-touch --configs native --blocks 2 --out native >out 2>err
"$vmtax" report --json=layers native >layers.json
why="$(tail -n 2 err) $(jq -c '.[] | [.run, .layer, .ns, .source]' layers.json | tr '\n' ' ')"
jq -e 'map(.run) | max as $last | map(select(. == $last)) | length > 2' layers.json >/dev/null &&
	jq -e '(map(.run) | max) as $last | map(select(.run == $last and .layer != "unattributed")) |
		all(.[]; .source == "exact") and any(.[]; .layer == "host-kernel" and .ns > 1000000) and
		any(.[]; .layer == "guest-user" and .ns > 1000000)' layers.json >/dev/null &&
	[ "$(wc -l <native/agreement.csv)" -eq 1 ]
result native-program

# One that does not fit is said not to, and why, without waiting for the end; what there was room for can be read.
sh -c 'ulimit -t 600; while :; do cd /; done' & watched=$!
sh -c 'trap "" XFSZ; ulimit -f 200; exec "$@"' - timeout 100 "$vmtax" account --pid $watched --for 1000s --record large >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'cannot write the trace: large: File too large: .*what was recorded before can be read' err && ! [ -s out ] &&
	"$vmtax" account large 2>err | grep -q 'cut off'
result no-room
timeout 100 "$vmtax" account --pid $watched --for 1000s --record /dev/full >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'cannot write the trace: /dev/full: No space' err && ! [ -s out ]
result no-room-at-all
kill $watched

# The same account from what was recorded; and as far as it goes where it was cut off.
"$vmtax" account trace --csv >again.csv 2>err
why=$(cat err)
cmp -s account.csv again.csv
result again
"$vmtax" account trace >out 2>err
why=$(cat out err)
grep -q '^\* Recording them took [1-9].* of CPU time' out
result recording-costs
{ printf 'vmxtrc0'; tail -c +8 trace; } >older
"$vmtax" account older >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'another version of vmtax: older' err && ! [ -s out ]
result another-version
head -c $(($(stat -c %s trace) * 3 / 4)) trace >cut
"$vmtax" account cut >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 0 ] && grep -q 'cut off' out
result cut-off
printf '\377\377' | dd of=cut bs=1 seek=$(($(stat -c %s cut) / 2)) conv=notrunc status=none
"$vmtax" account cut --csv >out 2>err
status=$?
why="status $status: $(cat err)"
# Nothing that took longer than the trace, or less than nothing: such are read out of damage.
[ $status -eq 0 ] && grep -q 'cut off or damaged' err && awk -F, 'NR > 1 && ($4 < -1e9 || $4 > 6e10) { exit 1 }' out
result damaged
head -c 100 trace >cut
"$vmtax" account cut --csv >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'no event in the trace: cut' err && ! [ -s out ]
result nothing-left
why="no array"
"$vmtax" account trace --json=exits | jq -e 'type == "array"' >/dev/null
result json

# Nothing is left of an account that is killed but the trace that was asked for, which can be read.
sh -c 'while sleep 0.01; do :; done' &
watched=$!
ls -l /proc/$$/fd | sed -n 's/.* -> //p' >inherited
for record in '' '--record killed.trace'; do
	"$vmtax" account --pid $watched --for 50s $record >out 2>err &
	killed=$!
	until grep -q perf_event "/proc/$killed/maps" 2>/dev/null || ! kill -0 $killed 2>/dev/null; do sleep 0.05; done
	ls -l "/proc/$killed/fd" >fds
	tries=0
	while [ "$record" ] && [ $((tries += 1)) -lt 200 ] && ! [ "$(stat -c %s killed.trace 2>/dev/null)" -gt 5000 ]; do sleep 0.1; done
	kill -9 $killed
	wait $killed 2>/dev/null
	[ "$record" ] || sed -n 's/.* -> //p' fds | grep '^/tmp/' | grep -vE 'deleted|/out$|/err$' | grep -vxF -f inherited >left
done
why=$(cat left)
! [ -s left ]
result killed-account
kill $watched
"$vmtax" account killed.trace >out 2>err
status=$?
why="status $status: $(cat out err)"
[ $status -eq 0 ] && grep -q '^program' out && grep -q 'cut off' out
result killed-trace

# One that computes tells nothing of itself: what the kernel's ticks had said is kept as it goes on, and there whether the
# process has ended or the trace was killed: all but what ticks find of interrupts, which is more where others are busy.
rm killed.trace
sh -c 'ulimit -t 600; while :; do :; done' & computing=$!
"$vmtax" account --pid $computing --for 50s --record killed.trace >out 2>err & killed=$!
tries=0
until [ "$("$vmtax" account killed.trace --csv 2>/dev/null | grep -c guest-user)" -gt 0 ] || [ $((tries += 1)) -gt 100 ]; do
	sleep 0.1
done
kill -9 $killed
wait $killed 2>/dev/null
"$vmtax" account killed.trace --csv >account.csv 2>err
why=$(cat err account.csv | tr '\n' ' ')
[ "$(share '^program' '^guest-user$')" -ge 80 ] && "$vmtax" account killed.trace | grep -q '^\* Recording them took [1-9]'
result killed-trace-of-computing
"$vmtax" account --pid $computing --for 50s --csv >account.csv 2>err & watching=$!
until grep -q perf_event "/proc/$watching/maps" 2>/dev/null || ! kill -0 $watching 2>/dev/null; do sleep 0.05; done
sleep 1
kill $computing
wait $watching
why="status $?: $(cat err account.csv | tr '\n' ' ')"
[ "$(share '^program' '^guest-user$')" -ge 80 ]
result ended-meanwhile

# What is stopped runs nowhere.
sleep 600 & watched=$!
kill -STOP $watched
account $watched 0.3s
kill -CONT $watched
kill $watched
why="$(cat err) $(cat account.csv)"
awk -F, 'NR > 1 { ns[$3] += $4; all += $4 } END { exit !(ns["wait-io"] > 0.98 * all) }' account.csv
result stopped

# Many short threads are one block of the summary, and rows of the table; each has the name it began with,
# but for one on each CPU that began as recording did.
sh -c 'ulimit -t 600; while :; do /bin/true; done' & watched=$!
timeout 60 "$vmtax" account --pid $watched --for 0.5s --record many >out 2>err
kill $watched
"$vmtax" account many --csv >account.csv
why="$(cat err) $(grep -c '^program' out) of $(cut -d, -f2 account.csv | sort -u | grep -c .)"
[ "$(grep -c '^program' out)" -eq 12 ] && grep -Eq '^[0-9]+ others ' out && [ "$(cut -d, -f2 account.csv | sort -u | grep -c '^program')" -gt 12 ] &&
	[ "$(cut -d, -f2 account.csv | sort -u | grep -Ec '^program [0-9]+$')" -le "$(nproc)" ]
result many-threads
"$vmtax" account . >out 2>err
status=$?
why="status $status: $(cat err)"
[ $status -eq 1 ] && grep -q 'this is a directory: .*: give one of the files' err
result directory
