/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "model/fit_priv.h"

/* What follows from what a profile counted: how many events of each term are its own. */
#define YOUNG	   50 /* calls */
#define NEIGHBOURS 15 /* of 64 KiB: the kernel's fault_around_bytes */

static size_t find_term(const char *name)
{
	size_t j = 0;

	while (j < terms_count && strcmp(terms[j].name, name) != 0)
		j++;
	return j;
}

/* Who waits does so in a call that may block, or on a futex, or else for a device, as natively. Where it is
 * not known in which calls, then in those that may block, before futexes. */
static void settle_waits(struct profile *p)
{
	double all = p->count[TERM_WAIT], futexes = p->count[find_term("futex")];
	double wait = isnan(p->waits) ? fmin(all, p->count[TERM_BLOCKING]) : p->waits;

	p->count[TERM_WAIT] = wait;
	p->count[find_term("futex-wait")] = fmin(isnan(p->waits) ? all - wait : p->futex_waits, futexes);
}

/* Requests by ring, of those that find no driver; where none were counted, the first of each process but one.
 */
static double young(const struct profile *p)
{
	double all = isnan(p->undriven) ? YOUNG * fmax(p->ends - 1, 0) : p->undriven;

	return fmin(p->count[TERM_REQUEST], all);
}

/*
 * Every process ends once, and most execute one program: whoever looks for it along PATH makes calls that
 * fail. Each process but the first has no driver at first.
 */
static void settle_processes(struct profile *p)
{
	double *exec = &p->count[find_term("exec")], failed = fmax(*exec - fmax(p->ends, 1), 0);

	*exec -= failed;
	p->count[TERM_BLOCKING] += failed;
	if (!isnan(p->forks))
		p->count[find_term("fork")] = p->forks;
	if (isnan(p->births)) {
		p->count[find_term("fork-wait")] = p->count[find_term("fork")];
		p->count[find_term("exec-wait")] = *exec;
	}
	p->count[find_term("young")] = young(p);
}

/* What is not known to be of another kind is of the program's own memory. */
static void settle_faults(struct profile *p)
{
	static const char *const others[] = { "large-fault", "file-fault", "shared-fault", "copied-fault" };

	p->count[TERM_FAULT] = p->faults;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		p->count[TERM_FAULT] -= p->count[find_term(others[i])];
	p->count[TERM_FAULT] = fmax(p->count[TERM_FAULT], 0);
}

/* Those that no row tells of are as the others that they are counted among. A driver that sleeps, or has no
 * process any more, does not poll. */
static void settle_shares(struct profile *p)
{
	for (size_t j = 0; j < terms_count; j++) {
		p->serial[j] /= p->count[j];
		p->watched[j] = p->count[j] > 0 ? p->watched[j] / p->count[j] : 0;
	}
	p->serial[find_term("young")] = p->serial[TERM_REQUEST];
	p->serial[find_term("futex-wait")] = p->serial[TERM_WAIT];
	p->serial[find_term("start")] = 1;
	p->watched[find_term("futex-wait")] = p->watched[TERM_WAIT];
	p->watched[find_term("late")] = p->watched[find_term("exec")] = p->watched[find_term("mapped")] = 0;
}

/* Of the pages of a mapped file each that faults by itself is an event of that kind; a fault that only reads
 * brings so many neighbours along, which hides theirs. */
static void settle_mapped(struct profile *p)
{
	double *mapped = &p->count[find_term("mapped")], shared = p->count[find_term("shared-fault")];

	*mapped = fmin(fmax(*mapped - shared, 0), NEIGHBOURS * (shared + p->count[find_term("file-fault")]));
}

/* Births that are no copies are of programs. */
static void settle_births(struct profile *p)
{
	size_t copy = find_term("fork-wait"), program = find_term("exec-wait");

	p->count[program] = fmax(p->count[program] - p->count[copy], 0);
	p->serial[program] -= p->count[copy] > 0 ? p->serial[copy] : 0;
	if (p->serial[program] < 0)
		p->serial[program] = 0;
}

void profile_settle(struct profile *p)
{
	double left[TERM_MOST];

	settle_births(p);
	settle_shares(p);
	p->counted[COUNT_REQUEST] = p->count[find_term("request")] + p->count[TERM_BLOCKING];
	p->counted[COUNT_MAP] = p->count[find_term("map")];
	p->counted[COUNT_FAULT] = p->faults;
	settle_faults(p);
	settle_mapped(p);
	p->counted[COUNT_WAIT] = p->count[TERM_WAIT];
	/* Where there is no room for a huge page, what the two differ by is not their size. */
	if (isnan(p->small_ns) || (p->large == 0 && !(p->huge_faults < p->faults)))
		p->small_ns = p->cpu_ns;
	p->count[TERM_WALK] =
		p->huge_faults < p->faults && p->huge_ns < p->small_ns ? p->small_ns - p->huge_ns : 0;
	settle_processes(p);
	settle_waits(p);
	memcpy(left, p->count, sizeof(left));
	for (size_t j = 0; j < terms_count; j++)
		if (terms[j].without) {
			double *other = &left[find_term(terms[j].without)], taken = fmin(p->count[j], *other);

			p->count[j] -= taken;
			*other -= taken;
		}
}
