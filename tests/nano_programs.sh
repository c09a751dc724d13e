#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The programs of the nano suite, natively: what each prints of an event, what it refuses; and the suite's table.
. "$VMTAX_SRC/tests/check.lib"
programs=$1/workloads
table=$programs/nano.csv

# The events of a program, as its help tells them; a size and what else is to follow stand for themselves.
events_of() {
	"$programs/$1" --help 2>&1 | sed -n 's/^  \([a-z0-9-]*\) .*/\1/p'
}

# samples WORD...: whether the program named and its event do as the suite expects, or say in a line why not.
samples() {
	name=$(echo "$*" | tr ' ' '-')
	program=$1
	shift
	"$programs/$program" "$@" >out 2>err
	status=$?
	why="status $status: $(head -n 2 err | tr '\n' '|')$(head -n 2 out | tr '\n' '|')"
	if [ $status -eq 77 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ]; then
		echo "skip $name: $(cat err)"
		return
	fi
	[ $status -eq 0 ] && [ ! -s err ] && awk -F, '
		NR == 1 { if ($0 != "kind,ops,ticks") bad = "header " $0; next }
		NF != 3 || $0 !~ /^(op|empty),[1-9][0-9]*,[1-9][0-9]*$/ { bad = "line " $0 }
		$1 == "op" { ops++; alone += $2 == 1 }
		$1 == "empty" { empties++ }
		$2 > 1 && $3 < 100000 { bad = "a short batch, " $0 } # 20 us at 5 GHz
		END { if (!bad && (ops < (alone ? 1 : 20) || (alone && alone < ops) || (empties && empties < 20)))
			bad = ops " operations, " alone " alone, " empties " empty"
		      print bad >"bad"; exit bad != "" }' out
	[ $? -eq 0 ] || { why="$why $(cat bad)" && false; }
	result "$name"
}

# refuses NAME PATTERN WORD...: wrong usage: status 2, a word about it on stderr, nothing measured.
refuses() {
	name=$1
	pattern=$2
	program=$3
	shift 3
	"$programs/$program" "$@" >out 2>err
	status=$?
	why="status $status: $(head -n 2 err | tr '\n' '|')"
	[ $status -eq 2 ] && [ ! -s out ] && grep -q "$pattern" err
	result "refuses-$name"
}

for program in $(cd "$programs" && ls -d nano-* | grep -v '\.'); do
	refuses "$program-nothing" "^usage: $program EVENT" "$program"
	refuses "$program-unknown" "^$program: there is no event no-such" "$program" no-such
	refuses "$program-help" "^usage: $program EVENT" "$program" --help
	why="its help names none"
	[ -n "$(events_of "$program")" ]
	result "$program-has-events"
	for event in $(events_of "$program"); do
		case $event in chase | read | stolen) ;; *) samples "$program" "$event" ;; esac
	done
done
for size in 0 512 64K; do samples nano-system read $size; done
for pages in 4k 2m; do samples nano-memory chase 8M $pages; done
refuses read-size '3: a power of two' nano-system read 3
refuses read-large '128K: a power of two' nano-system read 128K
refuses forwarded-size "3K: a power of two" nano-system forwarded-call 3K
samples nano-system forwarded-call 64K
refuses read-no-size 'nonsense is not a size' nano-system read nonsense
refuses chase-pages 'chase SIZE 4k|2m' nano-memory chase 8M 1g
refuses chase-size 'chase SIZE 4k|2m' nano-memory chase 4K 4k
why="left behind: $(ls)"
[ -z "$(ls | grep -vx -e out -e err -e bad)" ]
result leaves-nothing

core=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
taskset -c "$core" "$programs/nano-cores" ipi >out 2>err
status=$?
why="status $status: $(cat err out | head -n 2)"
[ $status -eq 77 ] && [ ! -s out ] && [ "$(cat err)" = "nano-cores ipi: needs two cores, and may use one" ]
result one-core

# What a row stands for is told; it names a program or an event of the guest's, and memory that holds its data.
gawk -v FPAT='([^,]*)|("[^"]*")' '
	function wrong(what) { print $at["name"] ": " what >"/dev/stderr" }
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; wanted = NF; next }
	NF != wanted { wrong("has " NF " fields"); next }
	{
		n = split("name class stresses how native published memory", column, " ")
		for (i = 1; i <= n; i++)
			if ($at[column[i]] == "")
				wrong("has no " column[i])
		if ($at["class"] != "nano" || seen[$at["name"]]++)
			wrong("is no row of its own of class nano")
		if ($at["command"] == "" && ($at["guest"] == "" || $at["native"] != "none"))
			wrong("has no command")
		if ($at["guest"] != "" && $at["guest"] != $at["name"])
			wrong("is another event of the guest")
		if ($at["stage"] != "" && $at["native"] != "none")
			wrong("is of stages, and native")
		n = split($at["set"], knob, " ")
		for (i = 1; i <= n; i++)
			if (knob[i] !~ /^[a-z-]+=[a-z0-9-]+$/)
				wrong("sets " knob[i])
		if ($at["command"] != "")
			print $at["command"]
	}' "$table" >rows 2>wrong
status=$?
why="$(head -n 5 wrong | tr '\n' '|')"
[ $status -eq 0 ] && [ ! -s wrong ]
result rows
sort -u rows >commands
why="$(wc -l <commands) commands"
[ "$(wc -l <commands)" -gt 40 ]
result commands

# Each command measures something; those whose event was measured above are not needed again.
grep -E ' (chase|read|forwarded-call) ' commands >several
while read -r command; do
	$programs/$command >out 2>err
	status=$?
	why="$command: status $status: $(head -n 1 err)"
	[ $status -eq 77 ] || { [ $status -eq 0 ] && grep -q '^op,' out; } || break
	why=
done <several
[ -z "$why" ]
result sizes-run
why="$(grep -vE ' (chase|read|forwarded-call) ' commands | while read -r program event; do
	events_of "$program" | grep -qx -e "$event" || echo "$program has no $event"
done)"
[ -z "$why" ]
result commands-are-events

# What is stolen where another computes on the same core: a quarter at least of each 1000 ns.
hog() { ulimit -t 300; exec taskset -c 0 sh -c 'while :; do :; done'; }
hog & hogging=$!
taskset -c 0 "$programs/nano-system" stolen >out 2>err
status=$?
kill $hogging
share=$(awk -F, -v mhz="$(awk -F: '/cpu MHz/ { print $2 + 0; exit }' /proc/cpuinfo)" '
	$1 == "op" && $2 == 100000 { n++; sum += $3 / $2 / mhz * 1000 } END { print n == 5 ? int(sum / n) : "no" }' out)
why="status $status: $share ns of 1000: $(tr '\n' ' ' <out) $(cat err)"
[ $status -eq 0 ] && [ ! -s err ] && [ "$share" != no ] && [ "$share" -ge 250 ]
result stolen-by-another
