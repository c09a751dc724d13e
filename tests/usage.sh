#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# What every command has in common: help that teaches, one-line errors with a mend, exit statuses.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# try STATUS ARGUMENT...: runs vmtax and keeps its output in out and err.
try() {
	want=$1
	shift
	"$vmtax" "$@" >out 2>err </dev/null
	got=$?
	why="vmtax $*: status $got, want $want; stderr: $(head -n 1 err)"
	[ $got -eq "$want" ]
}

# Whether err is one line that begins with $1 and holds $2.
says() {
	why="stderr: $(cat err)"
	[ "$(wc -l <err)" -eq 1 ] && grep -q "^$1" err && grep -qe "$2" err && [ ! -s out ]
}

# Whether out is help on $1, with an example.
teaches() {
	why="help on $1 lacks usage or example, or spoke on stderr"
	grep -q "^Usage: vmtax $1" out && grep -q '^Examples\{0,1\}:' out && [ ! -s err ]
}

same_help() {
	why="vmtax help $1 differs from vmtax $1 --help"
	"$vmtax" "$1" --help | cmp -s - out
}

commands=$("$vmtax" list commands --csv | sed '1d; s/,.*//')
why="commands: $commands"
[ "$(echo "$commands" | wc -l)" -ge 5 ]
result commands-listed

for command in $commands; do
	try 0 "$command" --help && teaches "$command"
	result "help-$command"
	why="$(awk 'length > 80' out)"
	[ -z "$why" ]
	result "help-fits-$command"
	try 0 help "$command" && same_help "$command"
	result "help-on-$command"
	try 2 "$command" --no-such-option && says "vmtax $command: unknown option --no-such-option" help
	result "unknown-option-$command"
done

try 2 && [ ! -s out ] && grep -q '^Usage: vmtax' err
result no-command
try 0 --help && grep -q '^Examples\{0,1\}:' out && for command in $commands; do
	grep -q "^  $command " out || break 2
done
result help
try 0 --version && grep -q '^vmtax [^ ]' out && [ ! -s err ]
result version
try 2 lits && says 'vmtax: unknown command lits' 'did you mean list?'
result unknown-command-near
try 2 xyzzy && says 'vmtax: unknown command xyzzy' 'vmtax help'
result unknown-command-far
try 2 list --jsno && says 'vmtax list: unknown option --jsno' 'did you mean --json?'
result option-near
try 2 list --json=3 && says 'vmtax list: --json=3 takes no value' .
result option-without-value
try 2 list knbos && says 'vmtax list: there is no list of knbos' 'did you mean knobs?'
result list-near
try 2 list knobs tables && says 'vmtax list: more than one list' .
result list-twice
try 2 "$(printf 'a\nb\033')" && says 'vmtax: unknown command a?b?' .
result error-is-one-line

try 0 run --help && grep -q 'roi begin' out && grep -q 'roi_ns=N ops=N' out
result help-on-marks
"$vmtax" list knobs >/dev/full 2>err
status=$?
why="$(cat err)"
[ $status -eq 1 ] && grep -q 'cannot write the output.*make room' err
result full-disk
"$vmtax" list knobs >&- 2>err
status=$?
why="$(cat err)"
[ $status -eq 1 ] && [ "$(cat err)" = 'vmtax: standard output is closed: redirect it to a file, or to /dev/null' ]
result closed-output
