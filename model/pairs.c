/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "model/model_priv.h"

/* Repetitions side by side: the same block under a configuration and under its baseline. */

static bool disturbed_row(const struct cells *cells, size_t row)
{
	const char *flags = cells_text(cells, row, "flags");

	return flags_have(flags, "drift") || flags_have(flags, "steal");
}

static bool disturbed_pair(const struct cells *cells, struct pair pair)
{
	return disturbed_row(cells, pair.row) || disturbed_row(cells, pair.base);
}

/* Both cells ascend by block. One block holds a cell at most once for each state of the cache and each VM. */
static size_t merge(const struct cells *cells, const struct cell *cell, const struct cell *base,
		    struct pair *pairs)
{
	size_t count = 0, first = 0;

	for (size_t i = 0; i < cell->blocks; i++) {
		double block = cells_number(cells, cell->block[i], "block");
		const char *cache = cells_text(cells, cell->block[i], "cache");
		const char *vm = cells_text(cells, cell->block[i], "vm");

		while (first < base->blocks && cells_number(cells, base->block[first], "block") < block)
			first++;
		for (size_t j = first;
		     j < base->blocks && cells_number(cells, base->block[j], "block") <= block; j++)
			if (strcmp(cells_text(cells, base->block[j], "cache"), cache) == 0 &&
			    strcmp(cells_text(cells, base->block[j], "vm"), vm) == 0) {
				pairs[count++] = (struct pair){ cell->block[i], base->block[j] };
				break;
			}
	}
	return count;
}

size_t pairs_make(const struct cells *cells, const struct cell *cell, const struct cell *base,
		  struct pair *pairs, bool *disturbed)
{
	size_t count = merge(cells, cell, base, pairs), calm = 0, least = MODEL_PAIRS_LEAST;

	/* VMs that ran at once share what disturbs them: it takes as many blocks of them. */
	if (count && cells_number(cells, pairs[0].row, "vms") > 1)
		least *= (size_t)cells_number(cells, pairs[0].row, "vms");
	for (size_t i = 0; i < count; i++)
		calm += !disturbed_pair(cells, pairs[i]);
	*disturbed = calm < count && calm < least;
	if (calm == count || *disturbed)
		return count;
	calm = 0;
	for (size_t i = 0; i < count; i++)
		if (!disturbed_pair(cells, pairs[i]))
			pairs[calm++] = pairs[i];
	return calm;
}
