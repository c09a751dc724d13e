/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/table_file.h"

/* Files of random bytes and of damaged tables, always the same ones: they are refused with a message or read
 * into a table that keeps its promises, and what is read can be written and read again. */

#define FILES 3000

static const char good[] = "name,count,size,note\na,1,2.5,x\n\"b, \"\"c\"\"\n\",-3,1e3,NA\n\xc3\xa9,7,0.1,\n";

/* Any bytes, or mostly those that mean something in a table. */
static size_t random_bytes(uint64_t *noise, char *bytes, size_t size)
{
	static const char telling[] = "\"\",,,\n\n\r\t  NA0123456789-+.eExa;\xef\xbb\xbf";
	size_t n = random_below(noise, size), tame = random_below(noise, 100);

	for (size_t i = 0; i < n; i++)
		bytes[i] = random_below(noise, 100) < tame ? telling[random_below(noise, sizeof(telling))]
							   : (char)random_below(noise, 256);
	return n;
}

/* A good table in which a few bytes are changed, lost, doubled, or the end of which is. */
static size_t damaged(uint64_t *noise, char *bytes)
{
	size_t n = sizeof(good) - 1;

	memcpy(bytes, good, n);
	for (size_t blows = 1 + random_below(noise, 4); blows > 0 && n > 1; blows--) {
		size_t at = random_below(noise, n);

		switch (random_below(noise, 4)) {
		case 0:
			bytes[at] = (char)random_below(noise, 256);
			break;
		case 1:
			memmove(bytes + at, bytes + at + 1, --n - at);
			break;
		case 2:
			memmove(bytes + at + 1, bytes + at, n++ - at);
			break;
		default:
			n = random_below(noise, 3) ? n : at;
		}
	}
	return n;
}

static void rewrite(const struct table *table)
{
	struct table_writer w;
	struct table again;
	struct error error;

	CHECK_INT(table_create(&w, "again.csv", &schema_sample, &error), 0);
	for (size_t row = 0; row < table->rows; row++) {
		for (size_t column = 0; column < table->columns; column++)
			table_put_text(&w, table_text(table, row, column));
		CHECK_INT(table_end_row(&w, &error), 0);
	}
	CHECK_INT(table_writer_close(&w, &error), 0);
	CHECK_INT(table_read(&again, "again.csv", &schema_sample, &error), 0);
	CHECK_INT(again.rows, table->rows);
	for (size_t i = 0; i < again.rows * again.columns; i++)
		CHECK_STR(table_text(&again, i / 4, i % 4), table_text(table, i / 4, i % 4));
	table_free(&again);
}

/* Reads noise.csv, and writes it AGAIN; returns whether it was taken. */
static int take(bool again)
{
	struct table table;
	struct error error = { 0 };

	if (table_read(&table, "noise.csv", &schema_sample, &error) != 0) {
		CHECK(strncmp(error.where, "noise.csv:", 10) == 0 && error.what[0] && error.mend[0]);
		CHECK(table.rows == 0 && table.cells == NULL);
		return 0;
	}
	for (size_t row = 0; row < table.rows; row++) {
		CHECK(row == 0 || table.lines[row] >= table.lines[row - 1]);
		for (size_t column = 1; column <= 2; column++)
			CHECK(table_missing(&table, row, column) ||
			      isfinite(table_number(&table, row, column)));
	}
	if (again)
		rewrite(&table);
	table_free(&table);
	return 1;
}

/* Goes on with whatever is in noise.csv: refused, or a table of which every whole row is kept. */
static int go_on(void)
{
	struct table_writer w;
	struct error error;
	struct table table;
	int code = table_append(&w, "noise.csv", &schema_sample, false, &error);

	if (code != 0)
		return 0;
	table_put_text(&w, "last");
	table_put_integer(&w, 4);
	table_put_number(&w, 2);
	table_put_missing(&w);
	CHECK_INT(table_end_row(&w, &error), 0);
	table_writer_abandon(&w); /* it is not begun here, so it stays; closing syncs, which takes long */
	if (table_read(&table, "noise.csv", &schema_sample, &error) == 0) {
		CHECK(table.rows > 0 && strcmp(table_text(&table, table.rows - 1, 0), "last") == 0);
		table_free(&table);
	}
	return 1;
}

static void test_random_bytes(void)
{
	uint64_t noise = 1;
	char bytes[400];

	for (int i = 0; i < FILES; i++) {
		write_file("noise.csv", bytes, random_bytes(&noise, bytes, sizeof(bytes)));
		take(i % 32 == 0);
		go_on();
	}
}

/* Bytes below a good header reach the checks of cells. */
static void test_random_rows(void)
{
	uint64_t noise = 2;
	char bytes[400] = "name,count,size,note\n";
	size_t n = strlen(bytes);
	int taken = 0;

	for (int i = 0; i < FILES; i++) {
		write_file("noise.csv", bytes, n + random_bytes(&noise, bytes + n, 1 + (size_t)i % 100));
		taken += take(i % 32 == 0);
		go_on();
	}
	CHECK(taken > FILES / 100 && taken < FILES);
}

static void test_damaged(void)
{
	uint64_t noise = 3;
	char bytes[sizeof(good) + 16];
	int taken = 0;

	for (int i = 0; i < FILES; i++) {
		write_file("noise.csv", bytes, damaged(&noise, bytes));
		taken += take(i % 32 == 0);
		go_on();
	}
	CHECK(taken > FILES / 10 && taken < FILES * 9 / 10);
}

/* Torn anywhere, a table goes on with the rows that were whole. */
static void test_torn_anywhere(void)
{
	static const size_t ends[] = {
		sizeof("name,count,size,note"), sizeof("name,count,size,note\na,1,2.5,x"),
		sizeof("name,count,size,note\na,1,2.5,x\n\"b, \"\"c\"\"\n\",-3,1e3,NA"), sizeof(good) - 1
	};
	struct table table;
	struct error error;

	for (size_t n = 0; n < sizeof(good); n++) {
		size_t rows = 0;

		for (size_t i = 1; i < sizeof(ends) / sizeof(ends[0]); i++)
			rows += n >= ends[i];
		write_file("noise.csv", good, n);
		CHECK(go_on());
		CHECK_INT(table_read(&table, "noise.csv", &schema_sample, &error), 0);
		CHECK_INT(table.rows, rows + 1);
		table_free(&table);
	}
}

int main(void)
{
	CHECK_RUN(test_random_bytes);
	CHECK_RUN(test_random_rows);
	CHECK_RUN(test_damaged);
	CHECK_RUN(test_torn_anywhere);
	return check_done();
}
