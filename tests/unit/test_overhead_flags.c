/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/check.h"
#include "tests/overhead_table.h"

/* What overhead.csv says of estimates besides their figures. */

static void test_outliers_are_flagged(void)
{
	static const double ratios[] = { 9, 2.0, 2.01, 1.99, 2.02, 1.98, 2.0, 2.01 };
	struct table overhead;

	begin();
	for (int i = 0; i < 8; i++) {
		add("kv", "native", i + 1, 100000, "");
		add("kv", "hosted", i + 1, 100000 * ratios[i], "");
	}
	overhead = estimate();
	CHECK_STR(table_text_of(&overhead, find(&overhead, "hosted", "native", "time"), "flags"),
		  "slow-first");
	table_free(&overhead);
	free_rows();
}

static void test_slow_first_is_of_block_one(void)
{
	static const double ratios[] = { 0, 9, 2.0, 2.01, 1.99, 2.02, 1.98, 2.0, 2.01 };
	struct table overhead;

	begin();
	add("kv", "native", 1, 100000, ""); /* of block 1 nothing else is left */
	for (int i = 1; i < 9; i++) {
		add("kv", "native", i + 1, 100000, "");
		add("kv", "hosted", i + 1, 100000 * ratios[i], "");
	}
	overhead = estimate();
	CHECK_STR(table_text_of(&overhead, find(&overhead, "hosted", "native", "time"), "flags"), "outlier");
	table_free(&overhead);
	free_rows();
}

static void test_a_program_built_anew_is_flagged(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 6; i++) {
		add("kv", "native", i, 1000, i < 4 ? "|program_sha256=aa" : "|program_sha256=bb");
		add("kv", "hosted", i, 2000, i < 4 ? "|program_sha256=aa" : "|program_sha256=bb");
	}
	overhead = estimate();
	CHECK_STR(table_text_of(&overhead, find(&overhead, "hosted", "native", "time"), "flags"),
		  "program-changed");
	table_free(&overhead);
	free_rows();
}

int main(void)
{
	CHECK_RUN(test_outliers_are_flagged);
	CHECK_RUN(test_slow_first_is_of_block_one);
	CHECK_RUN(test_a_program_built_anew_is_flagged);
	return check_done();
}
