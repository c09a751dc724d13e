/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PREDICTED_PRIV_H
#define MODEL_PREDICTED_PRIV_H

#include <stdbool.h>

#include "base/table.h"
#include "model/simulate_priv.h"

struct error;

/* Whether each total of the predictions T is there once, and what is predicted can be: 0 or negative errno.
 */
int predicted_check_totals(struct table *t, struct error *error);

/* Reads DIRECTORY/predictions.csv, and checks that. 0 or negative errno; table_free in either case. */
int predicted_read(struct table *predictions, const char *directory, struct error *error);

/* Whether PREDICTIONS tell of PROGRAM: 0, or -EINVAL with ERROR. */
int predicted_check(const struct table *predictions, const char *program, struct error *error);

/* A run of PROGRAM under CONFIG, as PREDICTIONS have it, natively as they have it measured; false: they have
 * none. */
bool predicted_run(const struct table *predictions, const char *program, const char *config,
		   struct simulate_run *run);

#endif
