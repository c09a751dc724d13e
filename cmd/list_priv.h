/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LIST_PRIV_H
#define CMD_LIST_PRIV_H

#include <stdio.h>

#include "base/error.h"
#include "cmd/sheet_priv.h"
#include "probes/probes.h"

/* Something vmtax list prints, from the table the code itself works with. */
struct list {
	const char *name;
	const char *summary;
	/* Puts the rows of this list, whose columns and headings the row sets first. 0 or negative errno. */
	int (*fill)(struct sheet *sheet, enum sheet_form form, struct error *error);
	void (*explain)(FILE *out); /* more than a list can say, for --help; NULL: nothing */
	/* The same with what the user has in a file of configurations; NULL: it has nothing to do with it. */
	int (*fill_with)(const char *config_file, struct sheet *sheet, enum sheet_form form,
			 struct error *error);
};

void list_knobs_explain(FILE *out); /* list_knobs.c */

int list_nano_fill(struct sheet *sheet, enum sheet_form form, struct error *error); /* list_nano.c */
void list_nano_explain(FILE *out);

int list_counters_fill(struct sheet *sheet, enum sheet_form form, struct error *error); /* list_counters.c */
void list_counters_explain(FILE *out);

/* All lists, ending with a row whose name is NULL. */
extern const struct list lists[];

/* list_probes.c: the table of probes; what one costs here, NaN where it cannot be told. */
int list_probes_fill(struct sheet *sheet, enum sheet_form form, struct error *error);
void list_probes_explain(FILE *out);
struct probe_cost list_probe_cost(const struct probe *probe);

#endif
