/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "base/error.h"
#include "tests/check.h"
#include "tests/table_file.h"

/* Commas and points in numbers: of programs, and of spreadsheets of many countries. */

/* Checks that the sizes of TEXT, a table, are those of WANT, which 0 ends. */
static void reads(const char *text, const double *want)
{
	struct table table;
	struct error error = { 0 };

	write_file("t.csv", text, strlen(text));
	CHECK_INT(table_read(&table, "t.csv", &schema_sample, &error), 0);
	CHECK_STR(error.what, "");
	for (size_t row = 0; want[row] != 0; row++)
		CHECK_NEAR(table_number_of(&table, row, "size"), want[row], 1e-12);
	table_free(&table);
}

static void refuses(const char *text, const char *where, const char *what)
{
	struct table table;
	struct error error = { 0 };

	write_file("t.csv", text, strlen(text));
	CHECK(table_read(&table, "t.csv", &schema_sample, &error) < 0);
	CHECK_STR(error.where, where);
	CHECK(strstr(error.what, what) != NULL);
	CHECK(error.mend[0] != '\0');
}

static void test_commas_part_thousands_where_they_part_fields(void)
{
	reads("name,count,size\na,\"1,234\",\"16,384\"\nb,1,\"1,234,567.5\"\nc,1,\"-1,234\"\nd,1,1.234\n",
	      (const double[]){ 16384, 1234567.5, -1234, 1.234, 0 });
	refuses("name,count,size\na,1,\"0,250\"\n", "t.csv:2:size", "expected a number");
	refuses("name,count,size\na,1,\"1.234,5\"\n", "t.csv:2:size", "expected a number");
}

static void test_semicolons_allow_decimal_commas(void)
{
	reads("name;count;size\na;1;0,5\nb;1;12,3456\nc;1;1.234,5\nd;1;1.234\ne;1;1,234\nf;1;7\n",
	      (const double[]){ 0.5, 12.3456, 1234.5, 1234, 1.234, 7, 0 });
	reads("name;count;size\na;1;0,250\nb;1;1.234.567\n", (const double[]){ 0.25, 1234567, 0 });
}

static void test_semicolons_allow_points(void)
{
	reads("name;count;size\na;1;0.5\nb;1;1,234\nc;1;1,234.5\nd;1;1.234\n",
	      (const double[]){ 0.5, 1234, 1234.5, 1.234, 0 });
	reads("name;count;size\na;1;1.234\nb;1;0.5\n", (const double[]){ 1.234, 0.5, 0 });
}

/* How many there are is a whole number, so whatever stands in it parts thousands. */
static void test_whole_numbers_have_no_decimals(void)
{
	reads("name;count;size\na;1.234;0,5\nb;1,234;0.5\n", (const double[]){ 0.5, 0.5, 0 });
	refuses("name;count;size\na;1,5;2\n", "t.csv:2:count", "whole number");
}

static void test_what_may_be_either_is_refused(void)
{
	refuses("name;count;size\na;1;7\nb;1;1,234\n", "t.csv:3:size", "a thousand times");
	refuses("name;count;size\na;1;0,5\nb;1;0.5\nc;1;1.234\n", "t.csv:4:size", "a thousand times");
	refuses("name;count;size\na;1;7\nb;1;1.234\nc;1;0,5\n", "t.csv:4:size", "line 3");
	refuses("name;count;size\na;1;1,2,3\n", "t.csv:2:size", "expected a number");
}

int main(void)
{
	CHECK_RUN(test_commas_part_thousands_where_they_part_fields);
	CHECK_RUN(test_semicolons_allow_decimal_commas);
	CHECK_RUN(test_semicolons_allow_points);
	CHECK_RUN(test_whole_numbers_have_no_decimals);
	CHECK_RUN(test_what_may_be_either_is_refused);
	return check_done();
}
