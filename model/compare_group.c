/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/compare_priv.h"

/* What an invocation's repetitions amount to. */

const char *const model_compare_metrics[] = { "time", "cpu", "overhead", NULL };

static const struct metric *find_metric(const char *name)
{
	const struct metric *m = model_metrics;

	while (m->name && strcmp(m->name, name) != 0)
		m++;
	return m->name ? m : model_time; /* an overhead is a ratio of times */
}

bool group_has(const struct group *g, size_t row)
{
	return strcmp(cells_text(g->cells, row, "invocation"), g->invocation) == 0 &&
	       strcmp(cells_text(g->cells, row, "cache"), g->cache) == 0;
}

static bool calm(const struct group *g, size_t row)
{
	const char *flags = cells_text(g->cells, row, "flags");

	return !flags_have(flags, "drift") && !flags_have(flags, "steal");
}

/* The median of VALUE over the group, of its calm repetitions where there are any. NaN: not measured. */
static double group_median(const struct group *g, metric_value *value, bool *disturbed)
{
	double *values = malloc((g->cell->blocks + 1) * sizeof(*values)), median = NAN;
	size_t count = 0;

	for (int all = 0; values && all < 2 && count == 0; all++) {
		for (size_t i = 0; i < g->cell->blocks; i++) {
			size_t row = g->cell->block[i];

			if (group_has(g, row) && (all || calm(g, row)) && value(g->cells, row) > 0)
				values[count++] = value(g->cells, row);
		}
		*disturbed |= all && count > 0;
	}
	if (count > 0) {
		stats_sort(values, count);
		median = stats_quantile(values, count, 0.5);
	}
	free(values);
	return median;
}

/* The first of the metric's values that the whole group has. */
static size_t choose(const struct group *g, const struct metric *metric)
{
	for (size_t choice = 0; choice < 3 && metric->value[choice]; choice++) {
		size_t lack = 0;

		for (size_t i = 0; i < g->cell->blocks; i++)
			lack += group_has(g, g->cell->block[i]) &&
				!(metric->value[choice](g->cells, g->cell->block[i]) > 0);
		if (lack == 0)
			return choice;
	}
	return 0;
}

double group_value(const struct group *g, const char *metric, size_t *choice, bool *disturbed)
{
	const struct metric *m = find_metric(metric);
	size_t native = names_find(&g->cells->configs, "native"), workload;
	struct group base = *g;
	double value;

	*choice = choose(g, m);
	value = group_median(g, m->value[*choice], disturbed);
	if (strcmp(metric, "overhead") != 0)
		return value;
	workload = (size_t)(g->cell - g->cells->cell) / g->cells->configs.count;
	if (native == g->cells->configs.count)
		return NAN;
	base.cell = cells_at(g->cells, workload, native);
	if (base.cell == g->cell)
		return NAN;
	return value / group_median(&base, m->value[*choice], disturbed);
}
