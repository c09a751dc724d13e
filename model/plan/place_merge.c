/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/place_merge_priv.h"

/* Items that must share a bin become one, and what it became of them is undone in the answer. */

static bool kept_together(const struct place_problem *problem, size_t item)
{
	const struct place_rule *rule = place_rule_of(problem, item);

	return rule && rule->together && problem->count[item] > 0;
}

/* Adds what COUNT of the original's ITEM are to item AT of the merged problem. */
static void add(struct merged *m, size_t item, size_t at, size_t count)
{
	const struct place_problem *o = m->original;

	m->becomes[item] = at;
	m->group[at] = o->group[item];
	for (size_t d = 0; d < o->resources; d++)
		m->size[at * o->resources + d] += (double)count * o->size[item * o->resources + d];
	for (size_t kind = 0; m->barred && kind < o->kinds; kind++)
		m->barred[at * o->kinds + kind] |= o->barred[item * o->kinds + kind];
}

int merged_make(struct merged *m, const struct place_problem *problem)
{
	size_t n = problem->items + 1, next = 0, *first;
	bool any = false;

	*m = (struct merged){ .problem = *problem, .original = problem };
	for (size_t i = 0; i < problem->items && !any && problem->groups; i++)
		any = kept_together(problem, i);
	if (!any)
		return 0;
	first = malloc((problem->groups + 1) * sizeof(*first)); /* groups: their item */
	m->becomes = calloc(n, sizeof(*m->becomes));
	m->size = calloc(n * problem->resources, sizeof(*m->size));
	m->count = calloc(n, sizeof(*m->count));
	m->group = calloc(n, sizeof(*m->group));
	m->barred = problem->barred ? calloc(n * problem->kinds, sizeof(*m->barred)) : NULL;
	if (!first || !m->becomes || !m->size || !m->count || !m->group || (problem->barred && !m->barred)) {
		free(first);
		return -ENOMEM;
	}
	for (size_t g = 0; g < problem->groups; g++)
		first[g] = PLACE_NONE;
	for (size_t i = 0; i < problem->items; i++) {
		bool together = kept_together(problem, i);
		size_t at = together ? first[problem->group[i]] : PLACE_NONE;

		if (at == PLACE_NONE)
			at = next++;
		if (together)
			first[problem->group[i]] = at;
		m->count[at] = together ? 1 : problem->count[i];
		add(m, i, at, together ? problem->count[i] : 1);
	}
	free(first);
	m->problem.items = next;
	m->problem.size = m->size;
	m->problem.count = m->count;
	m->problem.group = m->group;
	m->problem.barred = m->barred;
	return 0;
}

void merged_free(struct merged *m)
{
	free(m->becomes);
	free(m->size);
	free(m->count);
	free(m->group);
	free(m->barred);
	*m = (struct merged){ 0 };
}

/* Lists of the original items that each merged one stands for: HEAD (merged items) and NEXT (original ones).
 */
struct members {
	size_t *head, *next;
};

static int list_members(const struct merged *m, struct members *members)
{
	members->head = malloc((m->problem.items + 1) * sizeof(*members->head));
	members->next = malloc((m->original->items + 1) * sizeof(*members->next));
	if (!members->head || !members->next)
		return -ENOMEM;
	for (size_t i = 0; i < m->problem.items; i++)
		members->head[i] = PLACE_NONE;
	for (size_t i = m->original->items; i-- > 0;) {
		size_t at = m->becomes ? m->becomes[i] : i;

		members->next[i] = members->head[at];
		members->head[at] = i;
	}
	return 0;
}

/* How many of the original ITEM there are in COUNT of the merged one. */
static size_t multiply(const struct merged *m, size_t item, size_t count)
{
	return kept_together(m->original, item) ? count * m->original->count[item] : count;
}

static int by_item(const void *left, const void *right)
{
	const struct place_entry *a = left, *b = right;

	return (a->item > b->item) - (a->item < b->item);
}

/* The items of BIN, one entry each, in order. */
static void write_bin(const struct merged *m, const struct placing *placing, const struct members *members,
		      size_t bin, struct place_solution *solution)
{
	struct place_bin *out = &solution->bin[solution->bins++];
	struct place_entry *entry = solution->entry + solution->entries;
	size_t listed = 0, kept = 0;

	for (size_t l = placing->bin[bin].head; l != PLACE_NONE; l = placing->link[l].next)
		for (size_t i = members->head[placing->link[l].item]; i != PLACE_NONE; i = members->next[i])
			entry[listed++] = (struct place_entry){ i, multiply(m, i, placing->link[l].count) };
	qsort(entry, listed, sizeof(*entry), by_item);
	for (size_t i = 0; i < listed; i++) {
		if (kept > 0 && entry[kept - 1].item == entry[i].item)
			entry[kept - 1].count += entry[i].count;
		else if (entry[i].count > 0)
			entry[kept++] = entry[i];
	}
	*out = (struct place_bin){ placing->bin[bin].kind, solution->entries, kept };
	solution->entries += kept;
}

int merged_write(const struct merged *m, const struct placing *placing, struct place_solution *solution)
{
	size_t *ranked = place_rank_kinds(&m->problem, PLACE_NONE),
	       room = placing->links + m->original->items + 1;
	struct members members = { 0 };
	int code = list_members(m, &members);

	solution->bin = malloc((placing->bins + 1) * sizeof(*solution->bin));
	solution->entry = malloc(room * sizeof(*solution->entry));
	solution->left = calloc(m->original->items + 1, sizeof(*solution->left));
	if (!ranked || !solution->bin || !solution->entry || !solution->left)
		code = -ENOMEM;
	for (size_t r = 0; code == 0 && r < m->problem.kinds; r++)
		for (size_t bin = 0; bin < placing->bins; bin++)
			if (placing->bin[bin].kind == ranked[r] && placing->bin[bin].head != PLACE_NONE)
				write_bin(m, placing, &members, bin, solution);
	for (size_t i = 0; code == 0 && i < m->original->items; i++) {
		solution->left[i] = multiply(m, i, placing->left[m->becomes ? m->becomes[i] : i]);
		solution->unplaced += solution->left[i];
	}
	free(ranked);
	free(members.head);
	free(members.next);
	return code;
}
