#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# What vmtax run has its programs read, and what it shows of what they print.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

configs=native
! has_kvm || configs=native,hosted,bare-metal
runs=$((2 * $(echo $configs | tr , '\n' | wc -l))) # each is tried out once, then runs in one block

# run ARGUMENT...: one block; what was printed is in out and err.
run() {
	"$vmtax" run --force --out r --configs $configs --blocks 1 --no-observe "$@" >out 2>err
	status=$?
	why="status $status: $(tail -n 3 err)"
	[ $status -eq 0 ]
}

seq 100000 >numbers
run --show -- "$(command -v wc)" -l <numbers && [ "$(grep -c '^100000$' err)" -ge "$runs" ]
result file
seq 70000 | run --show -- "$(command -v wc)" -l && [ "$(grep -c '^70000$' err)" -ge "$runs" ]
result pipe
run --show -- "$(command -v wc)" -l </dev/null && [ "$(grep -c '^0$' err)" -ge "$runs" ]
result nothing
run -- "$(command -v wc)" -l <numbers && ! grep -q '^100000$' err
result silent
# It is shown while the program runs: the second line is to come a second after the first.
cat >slow.sh <<'END'
echo first
sleep 1
echo second
END
"$vmtax" run --force --out r --configs native --blocks 1 --no-observe --show -- /bin/sh slow.sh >out 2>err </dev/null &
early=
for try in $(seq 100); do
	if grep -q '^first' err; then
		grep -q '^second' err || early=yes
		break
	fi
	sleep 0.05
done
wait $!
why="first was not there before second: $(head -n 3 err)"
[ -n "$early" ]
result as-it-comes
