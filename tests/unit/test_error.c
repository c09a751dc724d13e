/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>

#include "base/error.h"
#include "tests/check.h"

/* Errors: the codes handed back, and the one line a person reads. */

static char *line(const struct error *error)
{
	static char text[1100];

	return error_text(error, text, sizeof(text));
}

static void test_codes(void)
{
	struct error error;

	CHECK_INT(error_set(&error, ENOENT, "cannot open %s", "a"), -ENOENT);
	CHECK_INT(error.number, ENOENT);
	CHECK_INT(error_at(&error, "line %d", 3), -ENOENT);
	CHECK_INT(error_mend(&error, "make it"), -ENOENT);
	CHECK_INT(error_set(&error, 0, "seven is odd"), -EINVAL);
	CHECK_INT(error_at(&error, "here"), -EINVAL);
	CHECK_INT(error_fail(&error, ENOSPC, "free some space", "cannot write %s", "b"), -ENOSPC);
	CHECK_STR(error.mend, "free some space");
}

static void test_nobody_asked(void)
{
	CHECK_INT(error_set(NULL, EIO, "x"), -EIO);
	CHECK_INT(error_fail(NULL, 0, "y", "x"), -EINVAL);
	CHECK(error_at(NULL, "x") < 0);
	CHECK(error_mend(NULL, "x") < 0);
}

static void test_text(void)
{
	struct error error;

	error_set(&error, ENOENT, "cannot open %s", "a.csv");
	CHECK_STR(line(&error), "cannot open a.csv: No such file or directory");
	error_at(&error, "%s:%d", "a.csv", 12);
	error_mend(&error, "make %s first", "it");
	CHECK_STR(line(&error), "cannot open a.csv: a.csv:12: No such file or directory: make it first");
	error_set(&error, 0, "seven is odd");
	CHECK_STR(line(&error), "seven is odd");
	error_fail(&error, 0, "100% even numbers only", "seven is odd");
	CHECK_STR(line(&error), "seven is odd: 100% even numbers only");
}

static void test_clipped(void)
{
	struct error error;
	char text[16];

	error_fail(&error, ENOENT, "mend", "%0300d", 1);
	CHECK_INT(strlen(error.what), sizeof(error.what) - 1);
	error_set(&error, ENOENT, "cannot open");
	CHECK_STR(error_text(&error, text, sizeof(text)), "cannot open: No");
	CHECK_STR(error_text(&error, text, 4), "can");
	CHECK_STR(error_text(&error, text, 1), "");
}

int main(void)
{
	CHECK_RUN(test_codes);
	CHECK_RUN(test_nobody_asked);
	CHECK_RUN(test_text);
	CHECK_RUN(test_clipped);
	return check_done();
}
