#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What vmtax compare makes of identical invocations, and of a planted slowdown of 3 %, here and now.
# Usage: tests/bench_compare.sh BUILD
# Invocations of a few short workloads, and of the same with 3 % more to do, run in turns. Sides of them are then
# drawn at random, many times over: identical ones may be called different in at most 8 of 100 rows, and the
# slowdown must be found in at least 90. Exit status: 1 when a promise is not kept.
set -u
build=$(cd "$1" && pwd) || exit 2
invocations=${BENCH_INVOCATIONS:-16}
side=6
rounds=50
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
cd "$work" || exit 2

cat >same.csv <<'END'
name,class,command,stresses,data
int,cpu,cpu-int 4M,registers,
float,cpu,cpu-float 100 10,floating point,
stream,memory,mem-stream 2M,caches,
call,system,syscall 20K,system calls,
END
sed 's/cpu-int 4M/cpu-int 4320133/' same.csv >slow.csv

measure() {
	"$build/vmtax" run --suite "$1.csv" --only "$2" --configs native --blocks 8 --no-observe --out "$3" >/dev/null 2>said ||
		{ cat said >&2 && exit 2; }
}

for i in $(seq "$invocations"); do
	measure same int,float,stream,call "same$i"
	measure slow int "slow$i"
done

# draw SEED: the numbers of all invocations in random order.
draw() {
	awk -v seed="$1" -v n="$invocations" 'BEGIN { srand(seed); for (i = 1; i <= n; i++) print rand(), i }' |
		sort | cut -d ' ' -f 2
}

# rows VERDICTS DIR... --against DIR...: how many rows of time are called one of VERDICTS.
rows() {
	verdicts=$1
	shift
	"$build/vmtax" compare --csv "$@" | grep -cE ",($verdicts),"
}

different=0 found=0
for round in $(seq "$rounds"); do
	order=$(draw "$round")
	a=$(echo "$order" | head -n $side) b=$(echo "$order" | tail -n $side)
	different=$((different + $(rows 'better|worse' $(printf 'same%s ' $a) --against $(printf 'same%s ' $b))))
	found=$((found + $(rows worse $(printf 'slow%s ' $a) --against $(printf 'same%s ' $b))))
done

# promise NAME COUNT OF OPERATOR LIMIT: a line with its verdict.
promise() {
	if [ "$2" "$4" "$5" ]; then verdict=met; else verdict='not met' status=1; fi
	printf '%-48s %4s of %-4s %-20s %s\n' "$1" "$2" "$3" "$([ "$4" = -le ] && echo at most || echo at least) $5" "$verdict"
}
status=0
promise 'identical invocations called different' "$different" $((4 * rounds)) -le $((4 * rounds * 8 / 100))
promise 'slowdown of 3 % found' "$found" "$rounds" -ge $((rounds * 9 / 10))
exit $status
