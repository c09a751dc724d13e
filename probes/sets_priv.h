/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_SETS_PRIV_H
#define PROBES_SETS_PRIV_H

/* What the files share that read event sets and count them. */
#include "probes/probes_priv.h"
#include "probes/sets.h"

/* A name's value: 0, or negative errno with ERROR where there is none of that name. */
typedef int formula_lookup(void *context, const char *name, double *value, struct error *error);

/* The value of TEXT. Not finite where it divides by nothing, or by what is missing. 0, or negative errno. */
int formula_evaluate(const char *text, formula_lookup *lookup, void *context, double *value,
		     struct error *error);

/* Fills ATTRIBUTE by the first alternative of EVENT this machine has, *CHOSEN. 0 or negative errno. */
int set_event_encode(const struct set_event *event, struct perf_event_attr *attribute, const char **chosen,
		     struct error *error);

#endif
