/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/ablation_priv.h"

/* flips.csv in memory. */

static const char *text(const struct flips *f, size_t row, const char *column)
{
	return table_text_of(&f->table, row, column);
}

static int add_config(struct flips *f, const char *name, size_t *number)
{
	*number = TRIAL_NONE;
	if (!*name)
		return 0;
	if (names_add(&f->configs, name) < 0)
		return -ENOMEM;
	*number = names_find(&f->configs, name);
	return 0;
}

static int take(struct flips *f, size_t row)
{
	double order = table_number_of(&f->table, row, "order");
	struct flip *flip = &f->flip[f->count++];

	*flip = (struct flip){ .knob = text(f, row, "knob"),
			       .from = text(f, row, "from"),
			       .to = text(f, row, "to"),
			       .note = text(f, row, "note"),
			       .cost = text(f, row, "cost"),
			       .order = order > 0 ? (size_t)order : 0 };
	if (names_add(&f->knobs, flip->knob) < 0 ||
	    add_config(f, text(f, row, "before"), &flip->before) < 0 ||
	    add_config(f, text(f, row, "after"), &flip->after) < 0)
		return -ENOMEM;
	f->orders = flip->order > f->orders ? flip->order : f->orders;
	/* Single flips begin with one from the first end and end with one to the other. */
	if (flip->order == 0 && flip->before != TRIAL_NONE && flip->after != TRIAL_NONE) {
		f->from = f->from == TRIAL_NONE ? flip->before : f->from;
		f->to = flip->after;
	}
	return 0;
}

int flips_read(struct flips *f, const char *directory, struct error *error)
{
	char path[4096];
	int code;

	*f = (struct flips){ .from = TRIAL_NONE, .to = TRIAL_NONE };
	snprintf(path, sizeof(path), "%s/%s", directory, schema_flips.name);
	code = table_read_optional(&f->table, path, &schema_flips, error);
	if (code)
		return code;
	f->flip = calloc(f->table.rows + 1, sizeof(*f->flip));
	if (!f->flip)
		code = error_set(error, ENOMEM, "cannot read %s", path);
	for (size_t row = 0; code == 0 && row < f->table.rows; row++)
		if (take(f, row) < 0)
			code = error_set(error, ENOMEM, "cannot read %s", path);
	if (code == 0 && f->count && f->from == TRIAL_NONE) {
		error_fail(error, 0, "vmtax ablate writes it",
			   "no single flip has a configuration before and after");
		code = error_at(error, "%s", path);
	}
	if (code)
		flips_free(f);
	return code;
}

void flips_free(struct flips *f)
{
	free(f->flip);
	names_free(&f->knobs);
	names_free(&f->configs);
	table_free(&f->table);
	*f = (struct flips){ 0 };
}
