# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Medians with exact order-statistic intervals, over columns of CSV tables: functions for tests/bench.

# Splits one line of CSV into field[1..]; returns how many. No field of the tables read holds a line break.
function csv(line, field,    n, i, c, quoted) {
	n = 1
	field[1] = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\"") {
			if (quoted && substr(line, i + 1, 1) == "\"")
				field[n] = field[n] substr(line, ++i, 1)
			else
				quoted = !quoted
		} else if (c == "," && !quoted)
			field[++n] = ""
		else
			field[n] = field[n] c
	}
	return n
}

# Sorts x[1..n] ascending (insertion: n is small).
function sort(x, n,    i, j, v) {
	for (i = 2; i <= n; i++) {
		v = x[i]
		for (j = i - 1; j >= 1 && x[j] > v; j--)
			x[j + 1] = x[j]
		x[j + 1] = v
	}
}

# The rank k for which [x(k), x(n+1-k)] holds the median with at least 95 %; 0 where n is too small, and
# n is less than 1000 (David and Nagaraja, Order Statistics, section 7.1).
function rank(n,    k, p, sum) {
	p = exp(-n * log(2))
	for (k = 0; sum + p <= 0.025; k++) {
		sum += p
		p = p * (n - k) / (k + 1)
	}
	return k
}

# "median low high" of x[1..n]; NA for what n does not allow.
function median(x, n,    k) {
	if (n == 0)
		return "NA NA NA"
	sort(x, n)
	k = rank(n)
	return (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2 " " (k ? x[k] " " x[n + 1 - k] : "NA NA")
}
