/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdbool.h>

#include "cmd/schedule_priv.h"
#include "tests/check.h"

/* The orders of blocks: what Williams squares promise, for every number of configurations one may compare. */
#define MOST 7

static bool is_permutation(const uint8_t *order, size_t n)
{
	unsigned seen = 0;

	for (size_t i = 0; i < n; i++)
		seen |= order[i] < n ? 1u << order[i] : 0;
	return seen == (1u << n) - 1;
}

/* Counts, over one period of blocks from FIRST on, who follows whom and who stands where. */
static void count(size_t n, uint64_t seed, size_t first, unsigned follows[MOST][MOST],
		  unsigned stands[MOST][MOST])
{
	uint8_t order[SCHEDULE_CONFIGS];

	memset(follows, 0, sizeof(unsigned[MOST][MOST]));
	memset(stands, 0, sizeof(unsigned[MOST][MOST]));
	for (size_t block = first; block < first + schedule_period(n); block++) {
		schedule_order(n, seed, block, order);
		CHECK(is_permutation(order, n));
		for (size_t i = 0; i < n; i++)
			stands[i][order[i]]++;
		for (size_t i = 1; i < n; i++)
			follows[order[i - 1]][order[i]]++;
	}
}

static void check_balance(size_t n, uint64_t seed, size_t first)
{
	unsigned follows[MOST][MOST], stands[MOST][MOST];
	unsigned times = (unsigned)(schedule_period(n) / n);

	count(n, seed, first, follows, stands);
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++) {
			CHECK_INT(stands[a][b], times);
			CHECK_INT(follows[a][b], a == b ? 0 : times);
		}
}

static void test_balanced(void)
{
	for (size_t n = 1; n <= MOST; n++)
		for (uint64_t seed = 0; seed < 5; seed++)
			for (size_t period = 0; period < 3; period++)
				check_balance(n, seed * 0x123456789u, period * schedule_period(n));
}

static void test_period(void)
{
	static const size_t want[] = { 0, 1, 2, 6, 4, 10, 6, 14 };

	for (size_t n = 1; n <= MOST; n++)
		CHECK_INT(schedule_period(n), want[n]);
}

/* A seed recorded is an order recorded, and another seed another order. */
static void test_seeded(void)
{
	uint8_t first[SCHEDULE_CONFIGS], again[SCHEDULE_CONFIGS], other[SCHEDULE_CONFIGS];
	int differ = 0;

	for (size_t block = 0; block < 40; block++) {
		schedule_order(5, 7, block, first);
		schedule_order(5, 7, block, again);
		schedule_order(5, 8, block, other);
		CHECK(memcmp(first, again, 5) == 0);
		differ += memcmp(first, other, 5) != 0;
	}
	CHECK(differ > 20);
}

static void test_many(void)
{
	uint8_t order[SCHEDULE_CONFIGS];

	for (size_t block = 0; block < 2 * SCHEDULE_CONFIGS; block++) {
		bool seen[SCHEDULE_CONFIGS] = { false };
		size_t count = 0;

		schedule_order(SCHEDULE_CONFIGS, 3, block, order);
		for (size_t i = 0; i < SCHEDULE_CONFIGS; i++) {
			count += !seen[order[i]];
			seen[order[i]] = true;
		}
		CHECK_INT(count, SCHEDULE_CONFIGS);
	}
}

int main(void)
{
	CHECK_RUN(test_balanced);
	CHECK_RUN(test_period);
	CHECK_RUN(test_seeded);
	CHECK_RUN(test_many);
	return check_done();
}
