/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/progress_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define SECOND	 1000000000u
#define QUIET_NS (2ull * SECOND)  /* short work needs no progress */
#define IN_PLACE (SECOND / 5)	  /* between two lines on a terminal */
#define ON_PAPER (10ull * SECOND) /* between two lines in a file */
#define WIPE	 "\r\033[K"

void progress_begin(struct progress *p, const char *command)
{
	const char *terminal = getenv("TERM");

	*p = (struct progress){ .command = command, .begun_ns = clock_now_ns() };
	p->last_ns = p->begun_ns;
	p->terminal = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

void progress_phase(struct progress *p, const char *phase, size_t total)
{
	p->phase = phase;
	p->phase_ns = clock_now_ns();
	p->done = 0;
	p->total = total;
}

/* "about 1 min 20 s left", judged by the steps done so far. */
static void print_left(const struct progress *p, uint64_t now)
{
	uint64_t left;

	if (p->done == 0 || p->done >= p->total)
		return;
	left = (now - p->phase_ns) / p->done * (p->total - p->done) / SECOND + 1;
	if (left >= 60)
		fprintf(stderr, ", about %llu min %llu s left", (unsigned long long)left / 60,
			(unsigned long long)left % 60);
	else
		fprintf(stderr, ", about %llu s left", (unsigned long long)left);
}

void progress_show(struct progress *p, const char *workload, const char *config)
{
	uint64_t now = clock_now_ns();

	if (now - p->begun_ns < QUIET_NS || now - p->last_ns < (p->terminal ? IN_PLACE : ON_PAPER))
		return;
	p->last_ns = now;
	fprintf(stderr, "%svmtax %s: %s %zu of %zu: %s under %s", p->terminal ? WIPE : "", p->command,
		p->phase, p->done + 1, p->total, workload, config);
	print_left(p, now);
	p->shown = p->terminal;
	fputs(p->terminal ? "" : "\n", stderr);
}

void progress_step(struct progress *p)
{
	p->done++;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs(WIPE, stderr);
	p->shown = false;
}

void progress_say(struct progress *p, const char *text, ...)
{
	va_list arguments;

	progress_end(p);
	fprintf(stderr, "vmtax %s: ", p->command);
	va_start(arguments, text);
	vfprintf(stderr, text, arguments);
	va_end(arguments);
	fputs("\n", stderr);
}
