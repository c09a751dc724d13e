#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Every knob is seen in a counter of the kernel's: tests/bench_knobs.sh, a test a row.

if ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then
	echo "skip knobs: /dev/kvm is missing, or not ours to use"
	exit 0
fi
sh "$VMTAX_SRC/tests/bench_knobs.sh" "$1" >table
[ "$(sed 1d table | awk '{ print $1 }' | sort -u | wc -l)" -eq "$("$1/vmtax" list knobs --csv | sed '1d; s/,.*//' | sort -u | wc -l)" ]
if [ $? -eq 0 ]; then echo "ok all-knobs"; else echo "not ok all-knobs: $(cat table)"; fi
sed 1d table | while read -r knob before after row; do
	case $row in
	*" not seen") echo "not ok $knob-$before-$after: $row" ;;
	*" seen") echo "ok $knob-$before-$after" ;;
	*) echo "skip $knob-$before-$after: $row" ;;
	esac
done

# What runs beside a program ends with its repetition.
! grep -qxE 'backup|scan|directory' /proc/[0-9]*/comm 2>/dev/null
if [ $? -eq 0 ]; then echo "ok services-end"; else echo "not ok services-end: one is left"; fi
