/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "cmd/sheet_priv.h"
#include "tests/check.h"

/* The three forms in which lists are printed, byte for byte. */

static void printed(struct sheet *sheet, enum sheet_form form, const char *want)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	sheet_print(sheet, form, out);
	fclose(out);
	CHECK_STR(text, want);
	free(text);
}

static void put_all(struct sheet *sheet, const char *const *cells)
{
	while (*cells)
		sheet_put(sheet, *cells++);
}

static void test_plain(void)
{
	struct sheet sheet = { .columns = { "name", "what" } };

	put_all(&sheet, (const char *const[]){ "a", "first, \"quoted\"", "longer", "back\\slash\n", NULL });
	printed(&sheet, SHEET_TEXT, "name    what\na       first, \"quoted\"\nlonger  back\\slash\n\n");
	printed(&sheet, SHEET_CSV, "name,what\na,\"first, \"\"quoted\"\"\"\nlonger,\"back\\slash\n\"\n");
	printed(&sheet, SHEET_JSON,
		"[\n{\"name\":\"a\",\"what\":\"first, \\\"quoted\\\"\"},\n"
		"{\"name\":\"longer\",\"what\":\"back\\\\slash\\u000a\"}\n]\n");
	sheet_free(&sheet);
}

static void test_headings(void)
{
	struct sheet sheet = { .columns = { "knob", "decides", "hosted", "value", "here" }, .headings = 3 };

	put_all(&sheet, (const char *const[]){ "clock", "time", "tsc", "tsc", "", "clock", "time", "tsc",
					       "exit", "no", "tick", "beat", "0", "0", "", NULL });
	printed(&sheet, SHEET_TEXT,
		"clock: time (hosted: tsc)\n  tsc\n  exit  no\n\ntick: beat (hosted: 0)\n  0\n");
	sheet_free(&sheet);
}

static void test_empty(void)
{
	struct sheet sheet = { .columns = { "a", "b" } };

	printed(&sheet, SHEET_TEXT, "a  b\n");
	printed(&sheet, SHEET_CSV, "a,b\n");
	printed(&sheet, SHEET_JSON, "[\n]\n");
	sheet_free(&sheet);
}

int main(void)
{
	CHECK_RUN(test_plain);
	CHECK_RUN(test_headings);
	CHECK_RUN(test_empty);
	return check_done();
}
