/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>

#include "reports/html_priv.h"
#include "reports/spent_priv.h"

static int put_formula(FILE *out, const struct result *result, size_t formula)
{
	char line[512];
	struct grid grid;

	if (grid_hardware(&grid, result, formula) < 0)
		return -ENOMEM;
	hardware_explain(result, formula, line, sizeof(line));
	fputs("<div>\n<h3>", out);
	html_text(out, grid.title);
	fputs("</h3>\n<p class=\"soft\">", out);
	html_text(out, line);
	fputs("</p>\n", out);
	html_grid(out, &grid, result, NULL);
	fputs("</div>\n", out);
	grid_free(&grid);
	return 0;
}

int html_hardware(FILE *out, const struct result *result)
{
	const struct table *t = &result->hardware;
	char missing[600];
	int status = 0;

	if (t->rows == 0)
		return 0;
	fputs("<section>\n<h2>What was counted</h2>\n<p class=\"soft\">Formulas of event sets, in observed "
	      "repetitions, of the thread the program runs on: its user and kernel half on the host, and "
	      "those "
	      "in the guest. Medians; nothing is scaled, and a formula of events that counted at different "
	      "times is NA. hardware.csv has all threads, with intervals.</p>\n",
	      out);
	for (int how = 0; how < HARDWARE_MISSING; how++)
		if (hardware_missing(result, how, missing, sizeof(missing))) {
			fputs("<p>", out);
			html_text(out, missing);
			fputs("</p>\n", out);
		}
	fputs("<div class=\"panels\">\n", out);
	for (size_t f = hardware_next(result, 0); status == 0 && f < t->rows;
	     f = hardware_next(result, f + 1))
		status = put_formula(out, result, f);
	fputs("</div>\n</section>\n", out);
	return status;
}
