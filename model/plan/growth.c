/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/stats.h"
#include "model/plan/growth_priv.h"

/* How the fleet's demand grows: by what its series were up to now, else by what the policy says. */

#define DAY	     86400.0
#define DAYS_A_MONTH (365.2425 / 12)
#define DAY_COVERED  0.5 /* a day counts where so much of it is within the series */

static double asked(const struct plan_load *asks, enum series_metric m)
{
	return (double[]){ asks->cpu, asks->memory, asks->io, asks->iops, asks->net }[m];
}

/* What the whole fleet uses natively over the slots, to SUM; VMs without a series use what they are said to.
 */
static void add_up(const struct fleet *fleet, enum series_metric m, double *sum)
{
	const struct series *s = &fleet->series;

	for (size_t t = 0; t < s->slots; t++)
		sum[t] = 0;
	for (size_t i = 0; i < fleet->vms; i++) {
		const struct plan_vm *vm = &fleet->vm[i];
		const float *value = vm->series ? series_values(s, vm->series - 1, m) : NULL;
		double by = m != SERIES_CPU	      ? 1
			    : vm->series_uses.cpu > 0 ? vm->asks.cpu / vm->series_uses.cpu
						      : 0;
		bool told = false;

		for (size_t t = 0; value && t < s->slots; t++)
			if (!isnan(value[t])) { /* else it was not there yet, or is not any more */
				sum[t] += (double)vm->count * by * (double)value[t];
				told = true;
			}
		for (size_t t = 0; !told && t < s->slots; t++)
			sum[t] += (double)vm->count * asked(&vm->asks, m);
	}
}

/* The quantile Q of each day of SUM, to DAY; NaN where little of it is within the series. */
static void make_days(const struct series *s, double *sum, double q, double *day, size_t days)
{
	double first = floor(s->start / DAY);
	size_t whole = (size_t)(DAY / s->width), slot = 0;

	for (size_t d = 0; d < days; d++) {
		size_t from = slot;

		while (slot < s->slots && s->start + (double)slot * s->width < (first + (double)d + 1) * DAY)
			slot++;
		stats_sort(sum + from, slot - from);
		day[d] = (double)(slot - from) >= DAY_COVERED * (double)whole
				 ? stats_quantile(sum + from, slot - from, q)
				 : (double)NAN;
	}
}

/* Fits one resource. 0, -ENODATA or -ENOMEM. */
static int fit(struct plan_growth *growth, const struct fleet *fleet, const struct plan_policy *policy,
	       enum series_metric m)
{
	const struct series *s = &fleet->series;
	size_t days =
		(size_t)(floor((s->start + (double)s->slots * s->width - 1) / DAY) - floor(s->start / DAY)) +
		1;
	double *sum = malloc((s->slots + 1) * sizeof(*sum)), *day = malloc((days + 1) * sizeof(*day));
	double q = m == SERIES_MEMORY ? policy->memory_percentile : policy->cpu_percentile;
	int code = sum && day ? 0 : -ENOMEM;

	if (code == 0) {
		add_up(fleet, m, sum);
		make_days(s, sum, q, day, days);
		while (days > 0 && isnan(day[days - 1])) /* the last one has hardly begun */
			days--;
		stats_sort(sum, s->slots);
		growth->window[m] = stats_quantile(sum, s->slots, q);
		code = forecast_fit(&growth->forecast[m], day, days);
	}
	free(sum);
	free(day);
	return code;
}

int growth_find(struct plan_growth *growth, const struct fleet *fleet, const struct plan_policy *policy)
{
	const struct series *s = &fleet->series;

	*growth = (struct plan_growth){ .month = policy->growth_month, .start = policy->start };
	if (isnan(growth->start))
		growth->start = floor(s->vms ? (s->start + (double)s->slots * s->width - 1) / DAY
					     : (double)time(NULL) / DAY);
	for (enum series_metric m = 0; m < SERIES_METRICS; m++) {
		int code = s->vms && s->value[m] ? fit(growth, fleet, policy, m) : -ENODATA;

		if (code == -ENOMEM)
			return code;
		growth->fitted[m] = code == 0 && growth->window[m] > 0;
	}
	return 0;
}

bool growth_known(const struct plan_growth *growth, enum series_metric m)
{
	return growth->fitted[m] || growth->month > 0;
}

double growth_days(double months)
{
	return months * DAYS_A_MONTH;
}

double growth_at(const struct plan_growth *growth, enum series_metric m, double days)
{
	if (growth->fitted[m])
		return fmax(forecast_at(&growth->forecast[m], days), 0) / growth->window[m];
	return pow(1 + growth->month, days / DAYS_A_MONTH);
}

void growth_bounds(const struct plan_growth *growth, enum series_metric m, double days, double *low,
		   double *high)
{
	*low = *high = (double)NAN;
	if (!growth->fitted[m])
		return;
	forecast_bounds(&growth->forecast[m], days, low, high);
	*low = fmax(*low, 0) / growth->window[m];
	*high = fmax(*high, 0) / growth->window[m];
}
