#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Runs tests: the programs of tests/unit and the scripts of tests. Usage: tests/run.sh BUILD [NAME...]; all without NAME.
# A test program gets the build directory as its argument, the source tree in VMTAX_SRC and an empty temporary
# directory to work in, and prints "ok NAME", "not ok NAME: WHY" or "skip NAME: WHY" for each of its tests.
# One that prints none, or ends badly without saying why, counts as a failed test.
# Here only failures and skips are shown, a tally for each program, and last "N passed, N failed, N skipped".
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL # a test that runs make begins one of its own

# one PROGRAM RESULTS: runs PROGRAM with BUILD and writes what to show, and its counts to the file RESULTS.
one() {
	name=$(basename "$1" .sh)
	work=$(mktemp -d) || exit 1
	trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	chmod a+x "$work" # some tests become another user
	mkdir "$work/$name" "$work/tmp"
	case $1 in *.sh) set -- sh "$@" ;; *) set -- "" "$@" ;; esac
	(cd "$work/$name" && TMPDIR=$work/tmp exec timeout -k 5 "$LIMIT" $1 "$2" "$BUILD") \
		</dev/null >"$work/out" 2>"$work/err"
	status=$?
	if [ $status -ge 124 ] || { [ $status -ne 0 ] && ! grep -q '^not ok ' "$work/out"; }; then
		case $status in
		124 | 137) why="ran longer than $LIMIT s, or was killed" ;;
		1[3-9]?) why="ended by signal $((status - 128))" ;;
		*) why="ended with status $status" ;;
		esac
		echo "not ok $name: $why" >>"$work/out"
	fi
	grep -qE '^(ok|not ok|skip) ' "$work/out" || echo "not ok $name: printed no test" >>"$work/out"
	passed=$(grep -c '^ok ' "$work/out")
	failed=$(grep -c '^not ok ' "$work/out")
	skipped=$(grep -c '^skip ' "$work/out")
	{
		sed -n "s/^not ok /not ok $name: /p; s/^skip /skip $name: /p; s/^# /$name: /p" "$work/out"
		[ "$failed" -eq 0 ] || tail -n 30 "$work/err" | sed 's/^/    /'
		echo "$name: $passed passed, $failed failed, $skipped skipped"
	} >"$work/shown"
	cat "$work/shown" | cat # from file to file two of them could copy over each other
	echo "$passed $failed $skipped" >"$3"
}

if [ "$1" = --one ]; then
	one "$2" "$RESULTS/$(basename "$2")"
	exit
fi

BUILD=$(cd "$1" && pwd) || exit 2
VMTAX_SRC=${VMTAX_SRC:-$(cd "$(dirname "$0")/.." && pwd)}
RESULTS=$(mktemp -d) || exit 2
LIMIT=${LIMIT:-300}
trap 'rm -rf "$RESULTS"' EXIT
trap 'exit 2' HUP INT TERM
export BUILD VMTAX_SRC RESULTS LIMIT

# Scripts first: they take longest. The one that takes every core for minutes comes last, and alone.
shift
[ $# -gt 0 ] || set -- $(cd "$VMTAX_SRC/tests" && printf '%s\n' ./*.sh unit/*.c | sed '/[*]/d; s,.*/,,; s,\.[a-z]*$,,' |
	grep -vx -e run -e 'bench.*' -e svm) $([ ! -e "$VMTAX_SRC/tests/svm.sh" ] || echo svm)
for name; do
	if [ -e "$VMTAX_SRC/tests/$name.sh" ]; then echo "$VMTAX_SRC/tests/$name.sh"; else echo "$BUILD/tests/$name"; fi
done >"$RESULTS/.programs"
grep -v /svm.sh "$RESULTS/.programs" | xargs -r -P 2 -n 1 sh "$0" --one
grep /svm.sh "$RESULTS/.programs" | xargs -r -n 1 env LIMIT=480 sh "$0" --one

# A program that left no counts behind was lost, and failed.
while read -r program; do
	cat "$RESULTS/$(basename "$program")" 2>/dev/null && continue
	echo "not ok $(basename "$program" .sh): its result was lost" >&2
	echo "0 1 0"
done <"$RESULTS/.programs" | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || NR == 0 }'
