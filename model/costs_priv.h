/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_COSTS_PRIV_H
#define MODEL_COSTS_PRIV_H

#include "model/fit_priv.h"
#include "model/model.h"

/* Fits, as coefficients.csv has them, and the machine they are applied to. Zero-filled at first. */
struct costs {
	struct table table;
	struct direct target; /* the machine's own nano suite; without tables: costs are taken as they are */
	bool foreign;	      /* and are of another processor */
};

/* Reads the costs that OPTIONS name, and the nano suite of the machine they name, by which costs are scaled.
 * Without one, costs of another KVM backend than theirs are refused. 0 or negative errno; costs_free in
 * either case. */
int costs_read(struct costs *costs, const struct model_predict_options *options, struct error *error);
/* The rows of one configuration and metric, from FIRST on, as a FIT; *NEXT is behind them. 0 or negative
 * errno. */
int costs_take(const struct costs *costs, size_t first, size_t *next, struct fit *fit, struct error *error);
void costs_free(struct costs *costs);

#endif
