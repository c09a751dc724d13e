/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/schedule_priv.h"

#include "base/random.h"

/* Fisher and Yates. */
static void shuffle(uint8_t *values, size_t n, uint64_t *state)
{
	for (size_t i = 0; i < n; i++)
		values[i] = (uint8_t)i;
	for (size_t i = n; i > 1; i--) {
		size_t j = random_below(state, i);
		uint8_t swap = values[i - 1];

		values[i - 1] = values[j];
		values[j] = swap;
	}
}

size_t schedule_period(size_t n)
{
	return n % 2 && n > 1 ? 2 * n : n;
}

/* Row ROW, position I of the squares: the first row is 0, 1, n-1, 2, n-2 ..., each next one is a step on, and
 * the second square of an odd N is the first one backwards. */
static size_t square(size_t n, size_t row, size_t i)
{
	if (row >= n)
		i = n - 1 - i;
	return ((i % 2 ? (i + 1) / 2 : n - i / 2) + row) % n;
}

void schedule_order(size_t n, uint64_t seed, size_t block, uint8_t *order)
{
	size_t period = schedule_period(n);
	uint64_t state = seed + 0x632be59bd9b4e019u * (block / period);
	uint8_t rows[2 * SCHEDULE_CONFIGS], names[SCHEDULE_CONFIGS];

	shuffle(rows, period, &state);
	shuffle(names, n, &state);
	for (size_t i = 0; i < n; i++)
		order[i] = names[square(n, rows[block % period], i)];
}
