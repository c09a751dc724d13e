#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# The figures the README promises, measured here and now. Usage: tests/bench.sh BUILD [GROUP...]
# A group of figures is a file of tests/bench; without names all are measured, in the order below.
# Each figure is a median (or vmtax's own estimate) with its 95 % interval; what is compared runs in turns. A promise
# is met when the whole interval keeps it, and not shown where it holds the limit. Exit status: 1 when one is not met,
# 77 without KVM.
# The files it reads use what is set here:
# shellcheck disable=SC2034
set -u
build=$(cd "$1" && pwd) || exit 2
shift
[ $# -gt 0 ] || set -- computing requests reading database processes life ablation nano trace probes mixes packing series
bench=$(cd "$(dirname "$0")/bench" && pwd) || exit 2
functions=$(cat "$bench/tables.awk") || exit 2
rounds=6 # with fewer, a median has no 95 % interval
work=$(mktemp -d) || exit 2
in_memory=$(mktemp -d -p /dev/shm 2>/dev/null) || in_memory=$work # for what no disk shall disturb
trap 'rm -rf "$work" "$in_memory"' EXIT
trap 'exit 2' HUP INT TERM
# shellcheck source=tests/bench/figures.sh
. "$bench/figures.sh"

# file_system: that of the files measured here.
file_system() {
	stat -f -c %T "$work" | sed 's|ext2/ext3|ext4|'
}

# programs NAME...: whether all of them are here.
programs() {
	for program in "$@"; do
		command -v "$program" >/dev/null || {
			echo "$program is not installed: its figures are left out" >&2
			return 1
		}
	done
}

# compare RESULT BLOCKS CONFIGS PROGRAM ARGUMENT...: runs it under CONFIGS in turns, in $work, with $memory or 64M.
compare() (
	result=$work/$1 blocks=$2 configs=$3
	shift 3
	cd "$work" &&
		"$build/vmtax" run --out "$result" --blocks "$blocks" --configs "$configs" --memory "${memory:-64M}" --no-observe -- "$@" \
			>"$result.summary" 2>"$result.messages"
	status=$?
	[ $status -eq 0 ] || cat "$result.summary" "$result.messages" >&2
	exit $status
)

# operate CONFIG BATCHES OPERATION...: a table of what these operations take in a program.
operate() (
	config=$1
	shift
	set -- "$build/tests/bench/ops" "$@"
	[ "$config" = native ] || set -- "$build/vmtax-monitor" --config "$config" --memory 64M --timeout 120s -- "$@"
	"$@"
)

"$build/vmtax" list knobs | grep '^  ring .*no,' >&2 # without it the figures by ring are of what stands in
echo "load average: $(cut -d' ' -f1-3 /proc/loadavg); other work disturbs these figures" >&2
for group in "$@"; do
	[ -r "$bench/$group.sh" ] || { echo "bench.sh: there is no group $group" >&2 && exit 2; }
	# shellcheck source=/dev/null
	. "$bench/$group.sh"
	"measure_$group"
	status=$?
	[ $status -eq 0 ] || exit $status
	"show_$group"
done
! grep -qE 'short by|not shown|not measured' "$work/figures"
