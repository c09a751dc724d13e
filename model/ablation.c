/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/ablation_priv.h"
#include "model/model.h"

/* ablation.csv: what each knob is worth. */

static void put_estimate(struct table_writer *out, struct stats_estimate e, const char *method, double begin,
			 double end)
{
	table_put_number(out, e.value);
	table_put_number(out, e.low);
	table_put_number(out, e.high);
	table_put_text(out, method);
	table_put_number(out, begin);
	table_put_number(out, end);
	table_put_integer(out, (int64_t)e.n);
}

/* What to know of a bar, in NOTE. */
static const char *note_of(const struct bars *b, const struct bar *bar, char *note, size_t size)
{
	const char *semicolon = *bar->flip->note && bar->flip->before != TRIAL_NONE ? "; " : "";

	snprintf(note, size, "%s", bar->flip->before != TRIAL_NONE ? bar->flip->note : "");
	if (bar->flips == 0)
		snprintf(note, size, "%s", bar->why ? bar->why : "no order of knobs can be used");
	else if (!b->shapley && bar->why)
		snprintf(note, size, "%s%sfrom one end only: %s", bar->flip->note, semicolon, bar->why);
	return *note ? note : NULL;
}

static int put_bar(struct table_writer *out, const struct bars *b, const char *workload,
		   const struct bar *bar, double *level, struct error *error)
{
	const struct flip *flip = bar->flip;
	bool measured = !flip || bar->flips;
	struct stats_estimate none = { NAN, NAN, NAN, NAN, 0 };
	double end = *level + bar->delta.value;
	char note[1024];

	table_put_text(out, workload);
	table_put_text(out, flip ? flip->knob : "interaction");
	table_put_text(out, flip ? flip->from : NULL);
	table_put_text(out, flip ? flip->to : NULL);
	put_estimate(out, measured ? bar->delta : none, b->shapley ? "shapley" : "single",
		     measured ? *level : NAN, measured ? end : NAN);
	table_put_text(out, flip	   ? note_of(b, bar, note, sizeof(note))
			    : b->disturbed ? "steal or drift met so many blocks that they had to count"
					   : NULL);
	table_put_text(out, flip ? flip->cost : NULL);
	*level = measured ? end : *level;
	return table_end_row(out, error);
}

static int put_bars(struct table_writer *out, const struct bars *b, const char *workload, struct error *error)
{
	double level = b->from.value;
	int code = 0;

	for (size_t bar = 0; code == 0 && bar < b->count; bar++)
		code = put_bar(out, b, workload, &b->bar[bar], &level, error);
	if (code)
		return code;
	table_put_text(out, workload);
	table_put_text(out, "total");
	table_put_text(out, b->flips->configs.name[b->flips->from]);
	table_put_text(out, b->flips->configs.name[b->flips->to]);
	put_estimate(out, b->total, "apart", b->total_from.value, b->total_to.value);
	table_put_missing(out);
	table_put_missing(out);
	return table_end_row(out, error);
}

static int put_all(struct table_writer *out, const struct flips *flips, const struct cells *cells,
		   struct error *error)
{
	int code = 0;

	for (size_t w = 0; code == 0 && w < cells->workloads.count; w++) {
		struct bars bars;

		code = bars_make(&bars, flips, cells, w);
		if (code)
			code = error_set(error, ENOMEM, "cannot take the difference apart");
		else if (bars.trial.blocks)
			code = put_bars(out, &bars, cells->workloads.name[w], error);
		bars_free(&bars);
	}
	return code;
}

static int write(const char *directory, const struct flips *flips, struct error *error)
{
	struct table_writer out;
	struct cells cells;
	char path[4096];
	int code = cells_read(&cells, directory, error);

	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_ablation.name);
	code = table_create(&out, path, &schema_ablation, error);
	if (code == 0) {
		code = put_all(&out, flips, &cells, error);
		code = table_writer_end(&out, code, error);
	}
	cells_free(&cells);
	return code;
}

int model_ablation_write(const char *directory, struct error *error)
{
	struct flips flips;
	int code = flips_read(&flips, directory, error);

	if (code)
		return code;
	if (flips.count)
		code = write(directory, &flips, error);
	flips_free(&flips);
	return code;
}
