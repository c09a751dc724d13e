/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_PICK_H
#define TESTS_PICK_H

#include <stddef.h>
#include <stdint.h>

/* The next number below LIMIT of the sequence STATE stands in, which is not 0 (xorshift64*). */
static inline size_t pick_from(uint64_t *state, size_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (size_t)((*state * 0x2545f4914f6cdd1dULL) >> 33) % limit;
}

#endif
