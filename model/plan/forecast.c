/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/stats.h"
#include "model/plan/forecast_priv.h"

/* A line and a week through figures a day. */

#define WEEK 7

/* Values of days that were measured, and room to work in. */
struct days {
	double *value, *at; /* n, and the day of each, 0 or below: 0 is the last */
	size_t n;
	double *work; /* n x n / 2 */
};

static double median(double *values, size_t n)
{
	stats_sort(values, n);
	return stats_quantile(values, n, 0.5);
}

static size_t weekday(double at)
{
	return (size_t)fmod(-at, WEEK);
}

/* The median slope between days a number of weeks apart; NaN: there are none. */
static double slope_of(const struct days *d, const double *value)
{
	size_t count = 0;

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = i + 1; k < d->n; k++)
			if (weekday(d->at[i]) == weekday(d->at[k]))
				d->work[count++] = (value[k] - value[i]) / (d->at[k] - d->at[i]);
	return count ? median(d->work, count) : (double)NAN;
}

/* The line through VALUE, and what each weekday is above it to WEEK. */
static struct forecast_line fit(const struct days *d, const double *value, double *week)
{
	struct forecast_line line = { .slope = slope_of(d, value) };
	size_t weekdays = 0;

	for (size_t w = 0; w < WEEK; w++) {
		size_t count = 0;

		for (size_t i = 0; i < d->n; i++)
			if (weekday(d->at[i]) == w)
				d->work[count++] = value[i] - line.slope * d->at[i];
		week[w] = count ? median(d->work, count) : (double)NAN;
	}
	for (size_t w = 0; w < WEEK; w++)
		if (!isnan(week[w]))
			d->work[weekdays++] = week[w];
	line.level = median(d->work, weekdays);
	for (size_t w = 0; w < WEEK; w++)
		week[w] = isnan(week[w]) ? 0 : week[w] - line.level;
	return line;
}

/* What is left of each value, by its day. */
static void leave(const struct days *d, const struct forecast *f, double *left)
{
	for (size_t i = 0; i < d->n; i++)
		left[i] = d->value[i] - f->line.level - f->line.slope * d->at[i] - f->week[weekday(d->at[i])];
}

/* The lines of values made anew of what is left, whole weeks at a time. */
static void resample(struct forecast *f, const struct days *d, const double *left, double *value)
{
	uint64_t state = 1;

	for (size_t line = 0; line < FORECAST_LINES; line++) {
		double week[WEEK];

		for (size_t i = 0, from = 0; i < d->n; i++, from++) {
			if (i % WEEK == 0)
				from = random_below(&state, d->n);
			value[i] = d->value[i] - left[i] + left[from % d->n];
		}
		f->resampled[line] = fit(d, value, week);
		f->resampled[line].noise = left[random_below(&state, d->n)];
	}
}

int forecast_fit(struct forecast *forecast, const double *values, size_t n)
{
	size_t first = n > FORECAST_DAYS_MOST ? n - FORECAST_DAYS_MOST : 0, room = n - first;
	struct days d = { .value = malloc((room + 1) * sizeof(double)),
			  .at = malloc((room + 1) * sizeof(double)),
			  .work = malloc((room * room / 2 + WEEK) * sizeof(double)) };
	double *left = malloc((room + 1) * sizeof(*left)), *value = malloc((room + 1) * sizeof(*value));
	int code = d.value && d.at && d.work && left && value ? 0 : -ENOMEM;

	for (size_t i = first; code == 0 && i < n; i++)
		if (!isnan(values[i])) {
			d.value[d.n] = values[i];
			d.at[d.n++] = (double)i - (double)(n - 1);
		}
	if (code == 0 && d.n < FORECAST_DAYS_LEAST)
		code = -ENODATA;
	if (code == 0) {
		forecast->line = fit(&d, d.value, forecast->week);
		if (isnan(forecast->line.slope))
			code = -ENODATA;
	}
	if (code == 0) {
		leave(&d, forecast, left);
		resample(forecast, &d, left, value);
	}
	free(d.value);
	free(d.at);
	free(d.work);
	free(left);
	free(value);
	return code;
}

static double highest(const struct forecast *f)
{
	double most = f->week[0];

	for (size_t w = 1; w < WEEK; w++)
		most = fmax(most, f->week[w]);
	return most;
}

double forecast_at(const struct forecast *forecast, double days)
{
	return forecast->line.level + forecast->line.slope * days + highest(forecast);
}

void forecast_bounds(const struct forecast *forecast, double days, double *low, double *high)
{
	double value[FORECAST_LINES];

	for (size_t i = 0; i < FORECAST_LINES; i++) {
		const struct forecast_line *line = &forecast->resampled[i];

		value[i] = line->level + line->slope * days + line->noise + highest(forecast);
	}
	stats_sort(value, FORECAST_LINES);
	*low = stats_quantile(value, FORECAST_LINES, (1 - FORECAST_LEVEL) / 2);
	*high = stats_quantile(value, FORECAST_LINES, (1 + FORECAST_LEVEL) / 2);
}
