/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/error.h"
#include "tests/check.h"
#include "tests/table_file.h"

/* Reading tables: what is taken, and what is said of each kind of bad file. */

static struct table read_good(const char *text)
{
	struct table table;
	struct error error;
	char line[1100];

	write_file("t.csv", text, strlen(text));
	if (table_read(&table, "t.csv", &schema_sample, &error))
		CHECK_STR(error_text(&error, line, sizeof(line)), "no error");
	return table;
}

static void refuses_bytes(const char *bytes, size_t size, const char *where, const char *what)
{
	struct table table;
	struct error error;

	memset(&table, 0xff, sizeof(table));
	memset(&error, 0, sizeof(error));
	write_file("t.csv", bytes, size);
	CHECK(table_read(&table, "t.csv", &schema_sample, &error) < 0);
	CHECK_STR(error.where, where);
	if (!strstr(error.what, what))
		CHECK_STR(error.what, what);
	CHECK(error.mend[0] != '\0');
	CHECK(table.rows == 0 && table.cells == NULL && table.path == NULL);
	table_free(&table);
}

static void refuses(const char *text, const char *where, const char *what)
{
	refuses_bytes(text, strlen(text), where, what);
}

static void test_plain(void)
{
	struct table t = read_good("name,count,size,note\na,1,2.5,x\nb,-3,1e3,\n");

	CHECK_INT(t.rows, 2);
	CHECK_INT(t.columns, 4);
	CHECK_STR(t.path, "t.csv");
	CHECK_INT(table_column(&t, "size"), 2);
	CHECK_STR(table_text(&t, 0, 0), "a");
	CHECK_NEAR(table_number(&t, 0, 2), 2.5, 0);
	CHECK_NEAR(table_number(&t, 1, 1), -3, 0);
	CHECK_NEAR(table_number(&t, 1, 2), 1000, 0);
	CHECK_INT(t.lines[1], 3);
	table_free(&t);
	CHECK(t.rows == 0 && t.cells == NULL);
}

static void test_missing_values(void)
{
	struct table t = read_good("name,count,size,note\nNA,NA,,\n");

	for (size_t i = 0; i < 4; i++) {
		CHECK(table_missing(&t, 0, i));
		CHECK_STR(table_text(&t, 0, i), "");
	}
	CHECK(isnan(table_number(&t, 0, 1)) && isnan(table_number(&t, 0, 2)));
	table_free(&t);
}

/* Any order, other columns between, names in any case or by alias, the optional column absent. */
static void test_header(void)
{
	struct table t = read_good("SIZE,colour,Vm Name,count\n4,red,a,1\n");

	CHECK_INT(t.columns, 4);
	CHECK_STR(table_text(&t, 0, 0), "a");
	CHECK_NEAR(table_number(&t, 0, 1), 1, 0);
	CHECK_NEAR(table_number(&t, 0, 2), 4, 0);
	CHECK(table_missing(&t, 0, 3));
	table_free(&t);
}

/* A byte-order mark, CR LF, blank lines, blanks around cells, no newline at the end: as other programs write.
 */
static void test_foreign(void)
{
	struct table t =
		read_good("\xef\xbb\xbfname,count,size,note\r\n\r\n  \r\n a b , 7 ,\t8,9 \r\nb,1,2,3");

	CHECK_INT(t.rows, 2);
	CHECK_STR(table_text(&t, 0, 0), "a b");
	CHECK_NEAR(table_number(&t, 0, 1), 7, 0);
	CHECK_STR(table_text(&t, 0, 3), "9");
	CHECK_STR(table_text(&t, 1, 3), "3");
	CHECK_INT(t.lines[0], 4);
	CHECK_INT(t.lines[1], 5);
	table_free(&t);
}

static void test_quotes(void)
{
	struct table t = read_good("\"name\",\"count\",size,note\n\"a, \"\"b\"\"\n\nc\",\"1\",2,\" x \"\n"
				   "\"\nd\",1,2,\"\"\ne,1,2,3\n");

	CHECK_INT(t.rows, 3);
	CHECK_STR(table_text(&t, 0, 0), "a, \"b\"\n\nc");
	CHECK_STR(table_text(&t, 0, 3), " x ");
	CHECK_STR(table_text(&t, 1, 0), "\nd");
	CHECK_INT(t.lines[0], 2);
	CHECK_INT(t.lines[1], 5);
	CHECK_INT(t.lines[2], 7);
	table_free(&t);
}

static void test_header_alone(void)
{
	struct table t = read_good("name,count,size\n");

	CHECK_INT(t.rows, 0);
	CHECK_INT(t.columns, 4);
	table_free(&t);
	table_free(&(struct table){ 0 });
}

static void test_bad_numbers(void)
{
	static const char *const integers[] = { "x",	"1.0", "1 2",
						"0x10", "1e3", "--1",
						"-",	"+",   "9223372036854775808" };
	static const char *const numbers[] = { "x",	"1,5",	 "inf", "nan", "0x10",
					       "1e999", "1.2.3", ".",	"e5",  "5 5" };
	char text[128];

	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		snprintf(text, sizeof(text), "name,count,size\na,1,2\na,%s,2\n", integers[i]);
		refuses(text, "t.csv:3:count", "expected a whole number");
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(text, sizeof(text), "size,name,count\n\"%s\",a,1\n", numbers[i]);
		refuses(text, "t.csv:2:size", "expected a number");
		CHECK(strlen(numbers[i]) > 0);
	}
	refuses("name,count,size\n\"a\nb\",1,2\nc,six,2\n", "t.csv:4:count", "not \"six\"");
}

static void test_ragged(void)
{
	refuses("name,count,size\na,1\n", "t.csv:2", "the row has 2 fields, the header 3");
	refuses("name,count,size\na,1,2\n\"b\n\",1,2,3\n", "t.csv:3", "the row has 4 fields, the header 3");
	refuses("name,count,size\na,1,2\nb", "t.csv:3", "the row has 1 fields");
	refuses("name,count,size\n\"\"\n", "t.csv:2", "the row has 1 fields");
}

static void test_bad_header(void)
{
	char many[1024] = "name,count,size";

	refuses("name,size\na,1\n", "t.csv:1:count", "missing");
	refuses("a,1,2\nb,3,4\n", "t.csv:1:name", "missing");
	refuses("name;count,size\na;1;2\n", "t.csv:1:name", "missing");
	refuses("name,count,size,VM\n", "t.csv:1:VM", "twice");
	while (strlen(many) < 600)
		strcat(many, ",x");
	refuses(strcat(many, "\n"), "t.csv:1", "more than 128 columns");
}

static void test_bad_quotes(void)
{
	refuses("name,count,size\na\"b,1,2\n", "t.csv:2", "quote");
	refuses("name,count,size\n\"a\"b,1,2\n", "t.csv:2", "quote");
	refuses("name,count,size\na,1,2\n\"b,1,2\nc,1,2\n", "t.csv:3", "does not end");
}

static void test_no_table(void)
{
	struct table table;
	struct error error;

	refuses("", "t.csv:1", "empty");
	refuses("\n\n \n", "t.csv:1", "empty");
	refuses("\xef\xbb\xbf", "t.csv:1", "empty");
	refuses_bytes("name,count,size\na\0b,1,2\n", 24, "t.csv:2", "NUL");
	refuses_bytes("\xff\xfen\0a\0m\0e\0\n\0", 12, "t.csv:1", "NUL");
	CHECK(table_read(&table, "nowhere.csv", &schema_sample, &error) < 0);
	CHECK_STR(error.what, "cannot open nowhere.csv");
	CHECK(table_read(&table, ".", &schema_sample, &error) < 0);
	CHECK_STR(error.what, "cannot read .");
	CHECK(table.cells == NULL);
}

/* A megabyte in one cell, over many chunks of the reader. */
static void test_long_field(void)
{
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE + 64);
	struct table t;
	size_t n = (size_t)sprintf(text, "name,count,size\n\"");

	for (size_t i = 0; i < SIZE; i++)
		text[n + i] = i % 100 == 99 ? '\n' : (char)('a' + i % 26);
	strcpy(text + n + SIZE, "\",1,2\nb,1,2\n");
	t = read_good(text);
	CHECK_INT(t.rows, 2);
	CHECK_INT(t.rows ? strlen(table_text(&t, 0, 0)) : 0, SIZE);
	CHECK(t.rows && memcmp(table_text(&t, 0, 0), text + n, SIZE) == 0);
	CHECK_INT(t.rows ? t.lines[1] : 0, 3 + SIZE / 100);
	table_free(&t);
	free(text);
}

static void test_many_rows(void)
{
	enum { ROWS = 20000 };
	char *text = malloc(ROWS * 32);
	size_t n = (size_t)sprintf(text, "name,count,size\n");
	struct table t;

	for (int i = 0; i < ROWS; i++)
		n += (size_t)sprintf(text + n, "row,%d,%d.5\r\n", i, i);
	t = read_good(text);
	CHECK_INT(t.rows, ROWS);
	for (size_t i = 0; i < t.rows; i++) {
		CHECK_NEAR(table_number(&t, i, 1), (double)i, 0);
		CHECK_NEAR(table_number(&t, i, 2), (double)i + 0.5, 0);
		CHECK_INT(t.lines[i], i + 2);
	}
	table_free(&t);
	free(text);
}

int main(void)
{
	CHECK_RUN(test_plain);
	CHECK_RUN(test_missing_values);
	CHECK_RUN(test_header);
	CHECK_RUN(test_foreign);
	CHECK_RUN(test_quotes);
	CHECK_RUN(test_header_alone);
	CHECK_RUN(test_bad_numbers);
	CHECK_RUN(test_ragged);
	CHECK_RUN(test_bad_header);
	CHECK_RUN(test_bad_quotes);
	CHECK_RUN(test_no_table);
	CHECK_RUN(test_long_field);
	CHECK_RUN(test_many_rows);
	return check_done();
}
