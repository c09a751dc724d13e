/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_DENSITY_PRIV_H
#define MODEL_PLAN_DENSITY_PRIV_H

#include "model/plan/plan_priv.h"

/* What vmtax scale measured of copies at once, where the results are its own. */
struct density {
	struct table scaling, laws; /* rows = 0: nothing */
	double cpus;		    /* that the copies shared */
};

/* Reads it from DIRECTORY, the results of RATIOS. 0 or negative errno; density_free in both cases. */
int density_read(struct density *density, const char *directory, const struct plan_ratios *ratios,
		 struct error *error);
void density_free(struct density *density);

/*
 * Rows of density.csv: how many alike VMs one host of each kind holds under CONFIG, by what they ask for; and
 * how many while they keep the goal for their times that vmtax scale was given: as many as keep no larger
 * share of the cores busy than its copies did. Where that was not measured there is no such number. 0 or
 * negative errno.
 */
int density_put(struct table_writer *out, const struct density *density, const struct fleet *fleet,
		const struct plan_config *config, struct error *error);

#endif
