/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_GUEST_GUEST_H
#define TESTS_GUEST_GUEST_H

/*
 * Checks of a program that runs natively and in a guest alike. A check says what Linux does; each prints a
 * line, and the lines must be the same everywhere. Values that differ from run to run are not printed.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

static inline void check_is(const char *what, bool holds)
{
	printf("%s %s\n", holds ? "ok" : "not ok", what);
	failures += !holds;
}

static inline void check_equal(const char *what, long got, long want)
{
	if (got == want)
		printf("ok %s\n", what);
	else
		printf("not ok %s: %ld, not %ld\n", what, got, want);
	failures += got != want;
}

#define CHECK(condition)	check_is(#condition, condition)
#define CHECK_EQUAL(call, want) check_equal(#call, (long)(call), (long)(want))
/* CALL returns -1 with errno NUMBER. */
#define CHECK_FAILS(call, number) check_equal(#call, (long)(call) == -1 ? errno : 0, number)

static inline int check_end(void)
{
	fflush(stdout);
	return failures > 0;
}

#endif
