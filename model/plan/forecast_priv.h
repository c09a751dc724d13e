/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_FORECAST_PRIV_H
#define MODEL_PLAN_FORECAST_PRIV_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Forecasts of a figure a day: a straight line and a pattern of the week. The slope is the median of those
 * between days of the same weekday (seasonal Kendall slope: R. M. Hirsch, J. R. Slack and R. A. Smith,
 * Techniques of trend analysis for monthly water quality data, Water Resources Research 18(1), 1982, after H.
 * Theil and P. K. Sen), so neither the week nor single days pull at it; the pattern is the median of what is
 * left by weekday. Bounds come from a moving block bootstrap of what is left then, a week a block (H. R.
 * Künsch, Annals of Statistics 17, 1989), each refitted, with such a day's noise added.
 */

#define FORECAST_DAYS_LEAST 14	/* two of each weekday */
#define FORECAST_DAYS_MOST  366 /* older ones tell little of what is to come */
#define FORECAST_LINES	    200 /* resampled */
#define FORECAST_LEVEL	    0.95

struct forecast_line {
	double level, slope; /* on the last day, and a day */
	double noise;	     /* of one day */
};

struct forecast {
	struct forecast_line line;
	double week[7]; /* what each weekday is above the line, counted back from the last day: week[0] is its
			 */
	struct forecast_line resampled[FORECAST_LINES];
};

/* Fits N values of consecutive days, NaN where one is missing. 0, -ENODATA where there are too few for it, or
 * -ENOMEM. The same input gives the same output. */
int forecast_fit(struct forecast *forecast, const double *values, size_t n);

/* The figure DAYS after the last one, on the weekday when it is highest, and its bounds. */
double forecast_at(const struct forecast *forecast, double days);
void forecast_bounds(const struct forecast *forecast, double days, double *low, double *high);

#endif
