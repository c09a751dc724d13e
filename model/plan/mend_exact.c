/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan/mend_priv.h"
#include "model/plan/place_work_priv.h"
#include "model/plan/program_priv.h"

/*
 * The fewest moves, as an integer program: how many of each crowd (alike units of one bin today) go to each
 * bin. A crowd of size n that stays costs nothing, and each of it that goes 1.
 */

#define COLUMNS_MOST	  1200 /* crowds x bins up to which it is tried */
#define MILLISECONDS_MOST 2000

struct crowd {
	size_t item, home, count;
};

struct mender {
	struct mend_state *s;
	struct program program;
	struct crowd *crowd; /* crowds; owned */
	size_t crowds;
	/* The first row of each kind; rows of bins by resource or group are row-major. */
	size_t capacity, spread, together, one_bin, fence, others, moves, rows;
	size_t *row; /* of one column; owned */
	double *value;
	size_t entries;
};

static void find_crowds(struct mender *m)
{
	const struct mend_state *s = m->s;

	for (size_t u = 0; u < s->units; u++) {
		size_t c = 0;

		while (c < m->crowds && !(m->crowd[c].item == s->item[u] && m->crowd[c].home == s->home[u]))
			c++;
		if (c == m->crowds)
			m->crowd[m->crowds++] = (struct crowd){ s->item[u], s->home[u], 0 };
		m->crowd[c].count++;
	}
}

static void add_entry(struct mender *m, size_t row, double value)
{
	m->row[m->entries] = row;
	m->value[m->entries++] = value;
}

static size_t add_column(struct mender *m, double cost, double low, double high)
{
	size_t column = program_add_column(&m->program, cost, low, high, m->entries, m->row, m->value);

	m->entries = 0;
	return column;
}

/* What the numbers of units in a bin may come to. */
static void bound_rows(struct mender *m, size_t best)
{
	const struct mend_state *s = m->s;
	const struct place_problem *p = s->problem;
	size_t groups = p->groups, bins = s->bins;

	for (size_t c = 0; c < m->crowds; c++)
		program_bound_row(&m->program, c, (double)m->crowd[c].count, (double)m->crowd[c].count);
	for (size_t b = 0; b < bins; b++)
		for (size_t d = 0; d < p->resources; d++) {
			double has = p->capacity[s->kind[b] * p->resources + d];

			program_bound_row(&m->program, m->capacity + b * p->resources + d, -INFINITY,
					  d == p->whole ? PLACE_SLACK : has * (1 + PLACE_SLACK / 2));
		}
	for (size_t g = 0; g < groups; g++) {
		const struct place_rule *rule = &p->rule[g];

		for (size_t b = 0; b < bins; b++) {
			bool spread = rule->spread && !rule->together;

			program_bound_row(&m->program, m->spread + b * groups + g, -INFINITY,
					  spread ? (double)rule->spread : INFINITY);
			program_bound_row(&m->program, m->together + b * groups + g, -INFINITY,
					  rule->together ? 0 : INFINITY);
			program_bound_row(&m->program, m->fence + b * groups + g, -INFINITY,
					  rule->fence ? 0 : INFINITY);
			program_bound_row(&m->program, m->others + b * groups + g, -INFINITY,
					  rule->fence ? (double)s->units : INFINITY);
		}
		program_bound_row(&m->program, m->one_bin + g, -INFINITY, 1);
	}
	program_bound_row(&m->program, m->moves, 0, (double)best - 1);
}

/* The column of crowd C in bin B. */
static void add_crowd(struct mender *m, size_t c, size_t b)
{
	const struct mend_state *s = m->s;
	const struct place_problem *p = s->problem;
	const struct crowd *crowd = &m->crowd[c];
	size_t group = p->groups ? p->group[crowd->item] : PLACE_NONE, at = b * p->groups;
	bool goes = crowd->home != PLACE_NONE && crowd->home != b,
	     never = place_barred(p, crowd->item, s->kind[b]);

	if (p->whole != PLACE_NONE && p->capacity[s->kind[b] * p->resources + p->onto] < p->whole_least)
		never = true;
	add_entry(m, c, 1);
	for (size_t d = 0; d < p->resources; d++)
		add_entry(m, m->capacity + b * p->resources + d, p->size[crowd->item * p->resources + d]);
	if (group != PLACE_NONE) {
		add_entry(m, m->spread + at + group, 1);
		add_entry(m, m->together + at + group, 1);
		add_entry(m, m->fence + at + group, 1);
	}
	for (size_t g = 0; g < p->groups; g++)
		if (g != group && p->rule[g].fence)
			add_entry(m, m->others + at + g, 1);
	if (goes)
		add_entry(m, m->moves, 1);
	add_column(m, goes, 0, never ? 0 : (double)crowd->count);
}

/* Whether a group is in a bin, and how many whole units its drivers hold. */
static void add_helpers(struct mender *m)
{
	const struct mend_state *s = m->s;
	const struct place_problem *p = s->problem;
	double many = (double)s->units;

	for (size_t b = 0; b < s->bins; b++) {
		double onto = p->whole == PLACE_NONE ? 0 : p->capacity[s->kind[b] * p->resources + p->onto];

		for (size_t g = 0; g < p->groups; g++) {
			if (!p->rule[g].together && !p->rule[g].fence)
				continue;
			if (p->rule[g].together) {
				add_entry(m, m->together + b * p->groups + g, -many);
				add_entry(m, m->one_bin + g, 1);
			}
			if (p->rule[g].fence) {
				add_entry(m, m->fence + b * p->groups + g, -many);
				add_entry(m, m->others + b * p->groups + g, many);
			}
			add_column(m, 0, 0, 1);
		}
		if (p->whole != PLACE_NONE && onto >= p->whole_least) {
			add_entry(m, m->capacity + b * p->resources + p->whole, -1);
			add_entry(m, m->capacity + b * p->resources + p->onto, 1);
			add_column(m, 0, ceil(p->whole_least), floor(onto) + 1);
		}
	}
}

/* Puts the units where the program's answer has them; whoever may stay stays. */
static void read_answer(struct mender *m)
{
	struct mend_state *s = m->s;

	for (size_t u = 0; u < s->units; u++)
		mend_put(s, u, PLACE_NONE);
	for (size_t c = 0; c < m->crowds; c++) {
		size_t unit = 0;

		for (size_t b = 0; b < s->bins; b++)
			for (long n = lround(program_whole(&m->program, c * s->bins + b)); n > 0; n--) {
				while (unit < s->units && (s->item[unit] != m->crowd[c].item ||
							   s->home[unit] != m->crowd[c].home))
					unit++;
				if (unit < s->units)
					mend_put(s, unit++, b);
			}
	}
}

static void number_rows(struct mender *m)
{
	size_t bins = m->s->bins, groups = m->s->problem->groups;

	m->capacity = m->crowds;
	m->spread = m->capacity + bins * m->s->problem->resources;
	m->together = m->spread + bins * groups;
	m->fence = m->together + bins * groups;
	m->others = m->fence + bins * groups;
	m->one_bin = m->others + bins * groups;
	m->moves = m->one_bin + groups;
	m->rows = m->moves + 1;
}

int mend_exactly(struct mend_state *s, size_t best)
{
	struct mender m = { .s = s, .crowd = calloc(s->units + 1, sizeof(*m.crowd)) };
	int answer = PROGRAM_UNKNOWN;

	if (m.crowd && s->units <= COLUMNS_MOST)
		find_crowds(&m);
	number_rows(&m);
	m.row = malloc((m.rows + 1) * sizeof(*m.row));
	m.value = malloc((m.rows + 1) * sizeof(*m.value));
	if (m.row && m.value && m.crowds > 0 && m.crowds * s->bins <= COLUMNS_MOST && best > 0) {
		program_open(&m.program, m.rows);
		bound_rows(&m, best);
		for (size_t c = 0; c < m.crowds; c++)
			for (size_t b = 0; b < s->bins; b++)
				add_crowd(&m, c, b);
		add_helpers(&m);
		answer = (int)program_solve(&m.program, MILLISECONDS_MOST);
		if (answer == PROGRAM_OPTIMAL)
			read_answer(&m);
		program_close(&m.program);
	}
	free(m.crowd);
	free(m.row);
	free(m.value);
	return answer;
}
