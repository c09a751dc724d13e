/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>

#include "reports/spent_priv.h"
#include "reports/text_priv.h"

/* The summary's part on what was spent and counted: by the host, by the hardware, by observing. */

static int put_observer(struct text_page *page, const struct result *result)
{
	char recorder[RECORDER_TEXT], rest[80];
	struct grid grid;

	if (grid_observer(&grid, result) < 0)
		return -ENOMEM;
	if (grid.rows.count > 0) {
		snprintf(rest, sizeof(rest), "as a multiple of the undisturbed time%s",
			 grid_note_bare(&grid));
		text_put_title(page, grid.title, rest);
		page->ratios = true;
		text_put_grid(page, &grid, result, NULL);
		if (observer_recorder(result, recorder))
			text_put_wrapped(page, '-', recorder);
	}
	grid_free(&grid);
	return 0;
}

static int put_footprint(struct text_page *page, const struct result *result)
{
	for (int figure = 0; result->footprint.rows && figure < FOOTPRINT_FIGURES; figure++) {
		char rest[64];
		struct grid grid;

		if (figure == FOOTPRINT_OWN) /* beside the others it says little: report.html has it */
			continue;
		if (grid_footprint(&grid, result, (enum footprint_figure)figure) < 0)
			return -ENOMEM;
		snprintf(rest, sizeof(rest), "in %s, median over workloads", grid.axis);
		page->ratios = false;
		if (grid.rows.count) {
			text_put_title(page, grid.title, rest);
			text_put_grid(page, &grid, result, NULL);
		}
		grid_free(&grid);
	}
	if (result->footprint.rows)
		text_put_wrapped(
			page, '*',
			"of the whole host, with what others did meanwhile: the kernel does not keep "
			"whose it is");
	return 0;
}

static int put_hardware(struct text_page *page, const struct result *result)
{
	const struct table *t = &result->hardware;
	char line[600];

	for (int how = 0; how < HARDWARE_MISSING; how++)
		if (hardware_missing(result, how, line, sizeof(line))) {
			fputc('\n', page->out);
			text_put_wrapped(page, '-', line);
		}
	for (size_t f = hardware_next(result, 0); f < t->rows; f = hardware_next(result, f + 1)) {
		struct grid grid;

		if (grid_hardware(&grid, result, f) < 0)
			return -ENOMEM;
		hardware_explain(result, f, line, sizeof(line));
		text_put_title(page, grid.title, line);
		page->ratios = false;
		text_put_grid(page, &grid, result, NULL);
		grid_free(&grid);
	}
	return 0;
}

int text_put_spent(struct text_page *page, const struct result *result)
{
	int status = page->all ? put_footprint(page, result) : 0;

	if (status == 0 && page->all)
		status = put_observer(page, result);
	return status ? status : put_hardware(page, result);
}
