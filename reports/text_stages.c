/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>

#include "reports/text_priv.h"

/* Where the time of one request goes: the most frequent kinds, stage by stage. */
#define KINDS 3
#define WIDTH 16 /* of a cell */

/* Columns FIRST to END. */
static void put_kind(const struct text_page *page, const struct result *result, const struct grid *grid,
		     const char *kind, size_t first, size_t end)
{
	char cell[STAGE_CELL];

	text_put_name(page->out, kind, TEXT_NAME_LEAST);
	for (size_t c = first; c < end; c++)
		text_put_name(page->out, grid->columns[c].label, c + 1 < end ? WIDTH : 0);
	fputc('\n', page->out);
	for (size_t s = 0; s < STAGES; s++) {
		text_put_name(page->out, stage_names[s], TEXT_NAME_LEAST);
		for (size_t c = first; c < end; c++)
			fprintf(page->out, "%-*s", c + 1 < end ? WIDTH : 0,
				stage_cell(result, kind, stage_names[s], grid->columns[c].name, "+-", cell));
		fputc('\n', page->out);
	}
}

int text_put_stages(const struct text_page *page, const struct result *result)
{
	struct grid grid;
	size_t fit;

	if (result->waterfall.rows == 0)
		return 0;
	if (grid_requests(&grid, result, KINDS) < 0)
		return -ENOMEM;
	if (grid.rows.count > 0)
		text_put_title(page, "Stages of a request",
			       "in microseconds, median; +- by how much the guest's clock may be off");
	fit = (page->width - TEXT_NAME_LEAST) / WIDTH;
	for (size_t r = 0; r < grid.rows.count; r++)
		for (size_t c = 0; c < grid.column_count; c += fit)
			put_kind(page, result, &grid, grid.rows.name[r], c,
				 c + fit < grid.column_count ? c + fit : grid.column_count);
	grid_free(&grid);
	return 0;
}
