/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

/*
 * A unit test is a program whose functions `static void test_x(void)` check things; its main runs each with
 * CHECK_RUN and returns check_done(). Each function prints one line on stdout, which tests/run.sh counts:
 * "ok NAME", "not ok NAME: FILE:LINE: WHY" or "skip NAME: WHY". A failed check does not end its function, and
 * its line is out at once, so that a crash later does not hide it; only the first one of a function is told.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The program's one state; a header of static functions has nowhere else to keep it. */
static struct {
	const char *test;
	unsigned run;	 /* test functions run */
	unsigned failed; /* of which failed */
	int told;	 /* the function at hand has its line already */
} check;

/* Checks a condition. */
#define CHECK(condition) check_condition(__FILE__, __LINE__, #condition, (condition) ? 1 : 0)

/* Checks an integer, a string (NULL equals NULL only), a number to an absolute tolerance (NaN fails). */
#define CHECK_INT(got, want) check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_STR(got, want) check_str(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_NEAR(got, want, tolerance)                                                                     \
	check_near(__FILE__, __LINE__, #got, (double)(got), (double)(want), (double)(tolerance))

/* Leaves the test function: this machine cannot run it, and WHY. */
#define CHECK_SKIP(why)                                                                                      \
	do {                                                                                                 \
		check_skip(why);                                                                             \
		return;                                                                                      \
	} while (0)

/* Runs one test function. */
#define CHECK_RUN(function) check_run(#function, function)

static inline void check_fail(const char *file, int line, const char *why)
{
	if (check.told)
		return;
	check.told = 1;
	check.failed++;
	printf("not ok %s: %s:%d: ", check.test ? check.test : "main", file, line);
	for (; *why; why++)
		putchar((unsigned char)*why < ' ' ? '?' : *why);
	putchar('\n');
	fflush(stdout);
}

static inline void check_condition(const char *file, int line, const char *text, int holds)
{
	if (!holds)
		check_fail(file, line, text);
}

static inline void check_int(const char *file, int line, const char *text, long long got, long long want)
{
	char why[512];

	if (got == want)
		return;
	snprintf(why, sizeof(why), "%.200s is %lld, not %lld", text, got, want);
	check_fail(file, line, why);
}

static inline void check_str(const char *file, int line, const char *text, const char *got, const char *want)
{
	char why[1024];

	if (got == want || (got && want && strcmp(got, want) == 0))
		return;
	snprintf(why, sizeof(why), "%.200s is '%.350s', not '%.350s'", text, got ? got : "(NULL)",
		 want ? want : "(NULL)");
	check_fail(file, line, why);
}

static inline void check_near(const char *file, int line, const char *text, double got, double want,
			      double tolerance)
{
	char why[512];

	if (fabs(got - want) <= tolerance)
		return;
	snprintf(why, sizeof(why), "%.200s is %.17g, not %.17g +- %g", text, got, want, tolerance);
	check_fail(file, line, why);
}

static inline void check_skip(const char *why)
{
	if (check.told)
		return;
	check.told = 1;
	printf("skip %s: %s\n", check.test, why);
	fflush(stdout);
}

static inline void check_run(const char *name, void (*function)(void))
{
	check.test = name;
	check.told = 0;
	check.run++;
	function();
	if (!check.told)
		printf("ok %s\n", name);
	fflush(stdout);
}

/* The program's exit status: 0 when tests were run and none failed. */
static inline int check_done(void)
{
	return check.failed > 0 || check.run == 0;
}

#endif
