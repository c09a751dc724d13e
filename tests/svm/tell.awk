# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# What the machine of tests/svm.sh said, as a test's lines. It said "PROGRAM UPTIME LINE", at each program's beginning
# "begin" and at its end "end STATUS"; the program init is all of them, and speaks every few seconds. tests: the
# programs; stopped: the seconds it had, where they were over (else none); silence: seconds of its own clock after which
# a program that says nothing hangs.
{
	sub(/\r$/, "")
	program = $1
	heard[program] = $2
	sub(/^[^ ]* [^ ]* /, "")
}

/^(ok|not ok|skip) / {
	told[program]++
	failed[program] += /^not ok /
	sub(/^(ok|not ok|skip) /, "&" program "-")
	print
}

/^# / { print "# " program ":" substr($0, 2) }

/^end / {
	ended[program] = 1
	if (program in told ? $2 && !failed[program] : program != "init")
		print "not ok " program ": ended with status " $2 " after " told[program] + 0 " tests"
}

END {
	if (!("init" in heard) && !stopped)
		print "not ok machine: it did not begin"
	else if (!stopped && !("init" in ended))
		print "not ok machine: it ended before its tests"
	why = stopped ? "too slow here: " stopped " s were over" : "the machine had ended"
	for (i = split(tests, name, " "); i > 0; i--) {
		program = name[i]
		if (program in ended)
			continue
		after = " after " told[program] + 0 " of its tests"
		if (program in heard && heard["init"] - heard[program] > silence)
			print "not ok " program ": silent for " heard["init"] - heard[program] " s" after
		else
			print "skip " program ": " why after
	}
}
