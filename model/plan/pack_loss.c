/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/pack_loss_priv.h"

/* What becomes of VMs when hosts fail: they are placed on the others, and where there is no room others move.
 */

/* How full a bin is: the largest share of what it offers that its VMs use. */
static double fullness(const struct pack_problem *a, const struct place_solution *s, size_t bin)
{
	const double *capacity = a->capacity + s->bin[bin].kind * RESOURCES;
	double use[RESOURCES] = { 0 }, most = 0;

	for (size_t e = s->bin[bin].entry; e < s->bin[bin].entry + s->bin[bin].entries; e++)
		for (size_t d = 0; d < RESOURCES; d++)
			use[d] += (double)s->entry[e].count * a->size[s->entry[e].item * RESOURCES + d];
	for (size_t d = 0; d < DRIVER; d++)
		most = capacity[d] > 0 && use[d] / capacity[d] > most ? use[d] / capacity[d] : most;
	return most;
}

bool *pack_lost_with(const struct packing *packing, size_t host, size_t count)
{
	const struct place_solution *s = &packing->solution;
	bool *lost = calloc(s->bins + 1, sizeof(*lost));

	if (!lost)
		return NULL;
	lost[host] = true;
	for (size_t i = 1; i < count && i < s->bins; i++) {
		size_t fullest = PLACE_NONE;
		double most = -1;

		for (size_t b = 0; b < s->bins; b++)
			if (!lost[b] && fullness(packing->problem, s, b) > most) {
				most = fullness(packing->problem, s, b);
				fullest = b;
			}
		lost[fullest] = true;
	}
	return lost;
}

int pack_loss_find(struct pack_loss *loss, const struct packing *packing, const bool *lost)
{
	*loss = (struct pack_loss){ .looked = false };
	return place_survive(&packing->problem->problem, &packing->solution, lost, &loss->homeless,
			     &loss->vm);
}

int pack_survive(const struct packing *packing, size_t host, size_t count, struct pack_loss *loss)
{
	bool *lost = pack_lost_with(packing, host, count);
	int code = lost ? pack_loss_find(loss, packing, lost) : -ENOMEM;

	free(lost);
	return code;
}

/* What is left of PACKING without the bins LOST, whose VMs are on none: TODAY, of which MOST (kinds) there
 * are. 0 or -ENOMEM. */
static int survivors(struct place_solution *today, size_t *most, const struct packing *packing,
		     const bool *lost)
{
	const struct place_solution *s = &packing->solution;

	*today = (struct place_solution){ .bin = calloc(s->bins + 1, sizeof(*today->bin)),
					  .entry = calloc(s->entries + 1, sizeof(*today->entry)),
					  .left = calloc(packing->problem->problem.items + 1,
							 sizeof(*today->left)),
					  .entries = s->entries };
	if (!today->bin || !today->entry || !today->left)
		return -ENOMEM;
	memcpy(today->entry, s->entry, s->entries * sizeof(*s->entry));
	for (size_t b = 0; b < s->bins; b++) {
		if (!lost[b]) {
			today->bin[today->bins++] = s->bin[b];
			most[s->bin[b].kind]++;
			continue;
		}
		for (size_t e = s->bin[b].entry; e < s->bin[b].entry + s->bin[b].entries; e++) {
			today->left[s->entry[e].item] += s->entry[e].count;
			today->unplaced += s->entry[e].count;
		}
	}
	return 0;
}

int pack_loss_mend(struct place_mending *mending, const struct packing *packing, const bool *lost,
		   bool exactly, bool *helps)
{
	struct place_problem problem = packing->problem->problem;
	struct place_solution today = { 0 };
	size_t *most = calloc(problem.kinds + 1, sizeof(*most));
	unsigned *breach = NULL;
	int code = most ? survivors(&today, most, packing, lost) : -ENOMEM, broken = 0;

	*mending = (struct place_mending){ 0 };
	problem.most = most; /* no host is added */
	if (code == 0)
		code = place_mend(mending, &problem, &today, exactly);
	if (code == 0) {
		breach = calloc(mending->after.bins + 1, sizeof(*breach));
		broken = breach ? place_breaches(&problem, &mending->after, breach) : -ENOMEM;
		code = broken < 0 ? broken : 0;
	}
	*helps = code == 0 && broken == 0 && mending->after.unplaced == 0;
	free(breach);
	free(most);
	place_solution_free(&today);
	return code;
}

int pack_loss_rearrange(struct pack_loss *loss, const struct packing *packing, const bool *lost)
{
	struct place_mending mending;
	int code = pack_loss_mend(&mending, packing, lost, true, &loss->helps);

	loss->looked = code == 0;
	loss->moves = mending.moved;
	place_mending_free(&mending);
	return code;
}

void pack_loss_put(struct table_writer *out, const struct fleet *fleet, const struct pack_loss *loss)
{
	table_put_text(out, loss->homeless ? "no" : "yes");
	table_put_integer(out, (int64_t)loss->homeless);
	table_put_text(out, loss->homeless ? fleet->vm[loss->vm].name : NULL);
}

void pack_loss_put_moves(struct table_writer *out, const struct pack_loss *loss)
{
	table_put_text(out, !loss->looked ? NULL : loss->helps ? "yes" : "no");
	if (loss->looked && loss->helps)
		table_put_integer(out, (int64_t)loss->moves);
	else
		table_put_missing(out);
}
