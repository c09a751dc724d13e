# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# From tables to figures: functions for tests/bench.sh and the groups beside this file.

# --- Reading tables ------------------------------------------------------------------------------------------

# cells TABLE COLUMN NAME=VALUE...: the cells of COLUMN, one a line, in rows where every NAME has its VALUE.
cells() {
	table=$1 column=$2
	shift 2
	awk -v column="$column" -v filters="$*" "$functions"'
	NR == 1 { n = csv($0, header); for (i = 1; i <= n; i++) at[header[i]] = i; wanted = split(filters, filter, " ") }
	NR > 1 {
		csv($0, field)
		for (i = 1; i <= wanted; i++) {
			split(filter[i], pair, "=")
			if (field[at[pair[1]]] != pair[2])
				next
		}
		if (field[at[column]] != "NA")
			print field[at[column]]
	}' "$table"
}

# middle: "median low high" of the numbers on stdin, each divided by $1; what is NA is left out.
middle() {
	awk -v unit="${1:-1}" "$functions"'/^-?[0-9]/ { x[++n] = $1 / unit } END { print median(x, n) }'
}

# highest: "highest lowest highest" of the numbers on stdin, each divided by $1: a promise for every run.
highest() {
	awk -v unit="$1" '
	NR == 1 || $1 > high { high = $1 }
	NR == 1 || $1 < low { low = $1 }
	END { if (NR) print high / unit, low / unit, high / unit; else print "NA NA NA" }'
}

# paired FIRST SECOND: the ratio SECOND / FIRST of each batch of the "batch,name,ns" tables on stdin.
paired() {
	awk -F, -v first="$1" -v second="$2" '
	$2 == first { ns = $3 }
	$2 == second && ns > 0 { print $3 / ns; ns = 0 }'
}

# overhead RESULT WORKLOAD CONFIG METRIC: "ratio low high" against native, as vmtax estimated it.
overhead() {
	for column in ratio low high; do
		cells "$work/$1/overhead.csv" $column "workload=$2" "config=$3" baseline=native "metric=$4"
	done | tr '\n' ' '
}

# of_rounds TABLE NAME: the median of NAME in each round's table; TABLE goes before the round's number.
of_rounds() {
	for round in $(seq "$rounds"); do
		cells "$1.$round" ns "name=$2" | middle | cut -d' ' -f1
	done
}

# ratio_of_rounds FIRST SECOND NAME: SECOND / FIRST in each round.
ratio_of_rounds() {
	of_rounds "$1" "$3" >"$work/first"
	of_rounds "$2" "$3" | paste "$work/first" - | awk '$1 > 0 && $2 > 0 { print $2 / $1 }'
}

# --- Showing figures -----------------------------------------------------------------------------------------

# figure NAME UNIT "VALUE LOW HIGH" [<= LIMIT | >= LIMIT | +- LIMIT | in WHOLE | overlaps "VALUE LOW HIGH"]: a row with
# its promise and the verdict: not shown where the interval holds the limit. in: the interval is that of WHOLE, and VALUE shall lie in it. overlaps: both intervals
# have something in common.
figure() {
	awk -v name="$1" -v unit="$2" -v figures="$3" -v operator="${4-}" -v limit="${5-}" '
	function shown(v) { return v == "" || v == "NA" ? "NA" : sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : "%.3f", v) }
	function verdict(value, low, high,    by, holds, other) {
		if (shown(value) == "NA" || shown(low) == "NA")
			return "not measured"
		if (operator == "overlaps") {
			split(limit, other, " ")
			if (shown(other[2]) == "NA")
				return "not measured"
			by = (low > other[3] ? low - other[3] : other[2] > high ? other[2] - high : 0) / other[1]
			return by <= 0 ? "met" : sprintf("short by %.1f %%", 100 * by)
		}
		if (operator == "in") {
			by = (value < low ? low - value : value > high ? value - high : 0) / (limit < 0 ? -limit : limit)
			return by <= 0 ? "met" : sprintf("short by %.1f %%", 100 * by)
		}
		by = operator == "<=" ? high / limit - 1 : operator == ">=" ? 1 - low / limit \
			: (high - 1 > 1 - low ? high - 1 : 1 - low) - limit
		holds = operator == "<=" ? low <= limit : operator == ">=" ? high >= limit : low <= 1 + limit && high >= 1 - limit
		return by <= 0 ? "met" : sprintf("%s %.1f %%", holds ? "not shown by" : "short by", 100 * by)
	}
	BEGIN {
		split(figures, v, " ")
		interval = "[" shown(v[2]) ", " shown(v[3]) "]"
		promise = operator == "" ? "" : operator == "overlaps" ? "overlaps" : operator == "in" ? "whole " shown(limit) " " unit : (operator == "+-" ? "1 +- " : operator " ") limit " " unit
		printf "%-52s %8s %-4s %-20s %-12s %s\n", name, shown(v[1]), unit, interval, promise,
			operator == "" ? "" : verdict(v[1], v[2], v[3])
	}' | sed 's/ *$//' | tee -a "$work/figures"
}
