/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "model/fit_priv.h"

/* Events of a program, as many as count for a fit, and what it predicts of them. */

void fit_settle_faults(struct fit *fit)
{
	double own = isnan(fit->fault_ns[TERM_FAULT]) ? 0 : fit->fault_ns[TERM_FAULT];

	for (size_t j = 0; j < terms_count; j++) {
		double ns = isnan(fit->fault_ns[j]) ? own : fit->fault_ns[j];

		fit->fault_ns[j] = terms[j].whole ? ns : 0;
	}
}

/* What the page faults of P take natively, or those that a driver polls beside. */
static double faults(const struct fit *fit, const struct profile *p, bool watched)
{
	double ns = 0;

	for (size_t j = 0; j < terms_count; j++)
		ns += p->count[j] * fit->fault_ns[j] * (watched ? p->watched[j] : 1);
	return ns;
}

/* Of native time without page faults, the share that huge pages save; none where malloc got none, as its
 * faults tell. */
static double saved(const struct fit *fit, const struct profile *p)
{
	double small = p->small_ns - faults(fit, p, false),
	       huge = p->huge_ns - p->huge_faults * fit->fault_ns[TERM_FAULT];

	if (!fit->walks || !(p->huge_faults < p->faults) || !(huge > 0 && huge < small))
		return 0;
	return 1 - huge / small;
}

/* In CPU time what an event adds counts twice where a driver polls as long. */
static double beside(const struct fit *fit, const struct fit_work *work, size_t term)
{
	return fit->absent[TERM_AWAKE] ? 1 : 1 + work->profile->watched[term];
}

/* What page faults take of it, too, is a term of theirs. */
static double share_events(const struct fit *fit, const struct profile *p, size_t term)
{
	return fmax(p->count[term] - (term == TERM_AWAKE ? faults(fit, p, true) : 0), 0);
}

/* What it would take natively without huge pages: where the kernel gives them unasked, a guest may have none.
 */
static double small_pages(const struct fit_work *work)
{
	double longer = work->profile->small_ns / work->profile->cpu_ns;

	return longer > 1 && isfinite(longer) ? work->native_ns * longer : work->native_ns;
}

/* Page faults are terms of their own, with their whole cost: what they take of WORK natively. */
static double taken(const struct fit *fit, const struct fit_work *work)
{
	return faults(fit, work->profile, false) * profile_serial(work, TERM_FAULT);
}

bool fit_faults_exceed(const struct fit *fit, const struct fit_work *work)
{
	return taken(fit, work) > small_pages(work) / 2;
}

double fit_events(const struct fit *fit, const struct fit_work *work, size_t term)
{
	double native = small_pages(work), base = native - fmin(taken(fit, work), native / 2);

	if (term == TERM_WALK)
		return base * saved(fit, work->profile);
	if (term == TERM_BASE)
		return base * (1 - saved(fit, work->profile));
	if (terms[term].share && work->profile->cpu_ns > 0) /* of CPU time */
		return share_events(fit, work->profile, term) * work->native_ns / work->profile->cpu_ns;
	return work->profile->count[term] * profile_serial(work, term) * beside(fit, work, term);
}

double fit_predict(const struct fit *fit, const struct fit_work *work, double *part)
{
	double sum = 0;

	for (size_t j = 0; j < terms_count; j++) {
		double ns = fit_events(fit, work, j) * fit->cost[j];

		if (part)
			part[j] = ns;
		sum += ns;
	}
	return sum;
}

void fit_interval(const struct fit *fit, enum fit_kind kind, double predicted, double *low, double *high)
{
	*low = predicted * fit->error[kind][0];
	*high = predicted * fit->error[kind][2];
}
