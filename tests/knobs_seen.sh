#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Every knob is seen in a counter of the kernel's: tests/bench_knobs.sh, a test a row.
. "$VMTAX_SRC/tests/check.lib"

needs_kvm knobs
sh "$VMTAX_SRC/tests/bench_knobs.sh" "$1" >table
why=$(cat table)
[ "$(sed 1d table | awk '{ print $1 }' | sort -u | wc -l)" -eq "$("$1/vmtax" list knobs --csv | sed '1d; s/,.*//' | sort -u | wc -l)" ]
result all-knobs
sed 1d table | while read -r knob before after row; do
	case $row in
	*" not seen") echo "not ok $knob-$before-$after: $row" ;;
	*" seen") echo "ok $knob-$before-$after" ;;
	*) echo "skip $knob-$before-$after: $row" ;;
	esac
done

# What runs beside a program ends with its repetition.
why="one is left"
! grep -qxE 'backup|scan|directory' /proc/[0-9]*/comm 2>/dev/null
result services-end
