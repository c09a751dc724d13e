/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "model/ablation_priv.h"

/* One workload of an ablation: which repetition stands where. */

static size_t *at(const struct trial *t, size_t block, size_t config)
{
	return &t->row[block * t->flips->configs.count + config];
}

/*
 * Whether there is nothing between the ends, as where they differ in one knob: then all blocks hold the same
 * two, and those apart are told by the native repetition that comes with them.
 */
static bool only_ends(const struct trial *t)
{
	return t->flips->configs.count == 2;
}

/* The block NUMBER, new where it is not there yet. */
static size_t find_block(struct trial *t, double number)
{
	size_t block = 0;

	while (block < t->blocks && t->number[block] != number)
		block++;
	if (block < t->blocks)
		return block;
	t->number[block] = number;
	t->apart[block] = !only_ends(t);
	for (size_t c = 0; c < t->flips->configs.count; c++)
		*at(t, block, c) = TRIAL_NONE;
	t->blocks++;
	return block;
}

static void take_row(struct trial *t, size_t row)
{
	const char *name = cells_text(t->cells, row, "config");
	size_t config = names_find(&t->flips->configs, name), block;
	double number = cells_number(t->cells, row, "block");
	bool tells = only_ends(t) && strcmp(name, "native") == 0;

	if (isnan(number) || (config == t->flips->configs.count && !tells))
		return;
	block = find_block(t, number);
	if (tells) {
		t->apart[block] = true;
		return;
	}
	if (config != t->flips->from && config != t->flips->to)
		t->apart[block] = false;
	if (strcmp(cells_text(t->cells, row, "status"), "ok") == 0)
		*at(t, block, config) = row;
}

/* The first measure of time that most repetitions have. */
static metric_value *choose_time(const struct trial *t)
{
	size_t most = 0, count = t->blocks * t->flips->configs.count;
	metric_value *best = model_time->value[0];

	for (size_t choice = 0; choice < 3 && model_time->value[choice]; choice++) {
		size_t have = 0;

		for (size_t i = 0; i < count; i++)
			have += t->row[i] != TRIAL_NONE &&
				!isnan(model_time->value[choice](t->cells, t->row[i]));
		if (have > most) {
			most = have;
			best = model_time->value[choice];
		}
	}
	return best;
}

int trial_make(struct trial *t, const struct cells *cells, const struct flips *flips, size_t workload)
{
	size_t rows = cells->runs.rows + 1; /* no more blocks than that */

	*t = (struct trial){ .cells = cells, .flips = flips };
	t->number = calloc(rows, sizeof(*t->number));
	t->apart = malloc(rows * sizeof(*t->apart));
	t->row = calloc(rows * flips->configs.count, sizeof(*t->row));
	if (!t->number || !t->apart || !t->row)
		return -ENOMEM;
	for (size_t row = 0; row < cells->runs.rows; row++)
		if (strcmp(cells_text(cells, row, "workload"), cells->workloads.name[workload]) == 0)
			take_row(t, row);
	t->time = choose_time(t);
	return 0;
}

void trial_free(struct trial *t)
{
	free(t->number);
	free(t->apart);
	free(t->row);
	*t = (struct trial){ 0 };
}

/* The column of KNOB in runs.csv, NULL where it has none: guest-pages is guest_pages there. */
static const char *column_of(const char *knob)
{
	for (const struct table_column *c = schema_runs.columns; c->name; c++) {
		size_t i = 0;

		while (knob[i] && c->name[i] == (knob[i] == '-' ? '_' : knob[i]))
			i++;
		if (!knob[i] && !c->name[i])
			return c->name;
	}
	return NULL;
}

const char *trial_refuses(const struct trial *t, const struct flip *flip)
{
	const char *column = column_of(flip->knob), *reason;
	bool before = false, after = false;

	if (flip->before == TRIAL_NONE || flip->after == TRIAL_NONE)
		return "left out";
	for (size_t b = 0; b < t->blocks; b++) {
		size_t first = *at(t, b, flip->before), second = *at(t, b, flip->after);

		before |= first != TRIAL_NONE;
		after |= second != TRIAL_NONE;
		if (first == TRIAL_NONE || second == TRIAL_NONE || !column ||
		    !*cells_text(t->cells, first, column) ||
		    strcmp(cells_text(t->cells, first, column), cells_text(t->cells, second, column)) != 0)
			continue;
		reason = cells_text(t->cells, second, "reason");
		return *reason ? reason : "the knob fell back";
	}
	if (before && after)
		return NULL;
	for (size_t row = 0; row < t->cells->runs.rows; row++) {
		const char *config = cells_text(t->cells, row, "config");
		size_t missing = before ? flip->after : flip->before;

		if (strcmp(config, t->flips->configs.name[missing]) == 0 &&
		    *cells_text(t->cells, row, "reason"))
			return cells_text(t->cells, row, "reason");
	}
	return "it was not measured";
}

static bool complete(const struct trial *t, size_t block, const bool *columns)
{
	for (size_t c = 0; c < t->flips->configs.count; c++)
		if (columns[c] &&
		    (*at(t, block, c) == TRIAL_NONE || isnan(t->time(t->cells, *at(t, block, c)))))
			return false;
	return true;
}

static bool calm(const struct trial *t, size_t block, const bool *columns)
{
	for (size_t c = 0; c < t->flips->configs.count; c++) {
		const char *flags = columns[c] ? cells_text(t->cells, *at(t, block, c), "flags") : "";

		if (flags_have(flags, "drift") || flags_have(flags, "steal"))
			return false;
	}
	return true;
}

size_t trial_times(const struct trial *t, const bool *columns, bool apart, double *values, bool *disturbed)
{
	size_t whole = 0, quiet = 0, n = 0;

	for (size_t b = 0; b < t->blocks; b++)
		if (t->apart[b] == apart && complete(t, b, columns)) {
			whole++;
			quiet += calm(t, b, columns);
		}
	*disturbed = quiet < whole && quiet < MODEL_PAIRS_LEAST;
	for (size_t b = 0; b < t->blocks; b++) {
		if (t->apart[b] != apart || !complete(t, b, columns) || !(*disturbed || calm(t, b, columns)))
			continue;
		for (size_t c = 0; c < t->flips->configs.count; c++)
			if (columns[c])
				*values++ = t->time(t->cells, *at(t, b, c));
		n++;
	}
	return n;
}
