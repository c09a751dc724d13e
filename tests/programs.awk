# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The text that programs.sh gives to programs to read: the same lines everywhere, in no order, of a size no
# block divides. A linear congruential generator modulo 2^31, exact in awk's doubles.
BEGIN {
	x = 1
	for (i = 0; i < 9000; i++) {
		x = (x * 69069 + 12345) % 2147483648
		printf "%010d GET /page/%d status %d served %s\n", x, x % 97, x % 5, x % 3 ? "from cache" : "anew"
	}
}
