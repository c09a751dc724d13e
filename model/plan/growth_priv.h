/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_GROWTH_PRIV_H
#define MODEL_PLAN_GROWTH_PRIV_H

#include "model/plan/forecast_priv.h"
#include "model/plan/plan_priv.h"

/* How the fleet's demand of each resource grows from what it is planned with. */
struct plan_growth {
	bool fitted[SERIES_METRICS]; /* else it grows as the policy says, if that says anything */
	struct forecast forecast[SERIES_METRICS];
	double window[SERIES_METRICS]; /* the percentile over all of the series, which plans take */
	double month;		       /* growth a month by the policy, as a share */
	double start;		       /* days since 1970 that it is counted from */
};

/* 0 or -ENOMEM. */
int growth_find(struct plan_growth *growth, const struct fleet *fleet, const struct plan_policy *policy);

bool growth_known(const struct plan_growth *growth, enum series_metric m);

/* Days of so many months. */
double growth_days(double months);

/* By what factor demand will be above what is planned with, DAYS after the start; and its 95 % bounds, NaN
 * where the policy says it. */
double growth_at(const struct plan_growth *growth, enum series_metric m, double days);
void growth_bounds(const struct plan_growth *growth, enum series_metric m, double days, double *low,
		   double *high);

/* Writes what becomes of PACKING: forecast.csv and headroom.csv. 0 or negative errno. */
int growth_put(struct plan_files *files, const struct plan_growth *growth, const struct fleet *fleet,
	       const struct plan_config *config, const struct packing *packing, struct error *error);

#endif
