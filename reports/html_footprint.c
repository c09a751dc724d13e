/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "reports/html_priv.h"
#include "reports/spent_priv.h"

static int put_one(FILE *out, const struct result *result, enum footprint_figure figure, bool drawn)
{
	static const char *const keys[FOOTPRINT_FIGURES] = { "footmemory", "footcpu", "footown", "footsize" };
	struct grid grid;
	struct chart chart = { .kind = CHART_BARS,
			       .key = keys[figure],
			       .reference = NAN,
			       .scale_end = NAN,
			       .totals = true,
			       .grid = &grid };

	if (grid_footprint(&grid, result, figure) < 0)
		return -ENOMEM;
	chart.label = grid.axis;
	if (grid.rows.count && drawn) {
		html_figure(out, &chart, grid.title, true);
	} else if (grid.rows.count) {
		fputs("<div>\n<h3>", out);
		html_text(out, grid.title);
		fputs("</h3>\n", out);
		html_grid(out, &grid, result, NULL);
		fputs("</div>\n", out);
	}
	grid_free(&grid);
	return 0;
}

int html_footprint(FILE *out, const struct result *result)
{
	int status = 0;

	if (result->footprint.rows == 0)
		return 0;
	fputs("<section>\n<h2>What the host spends for each virtual machine</h2>\n"
	      "<p class=\"soft\">Medians over workloads. Memory is by proportional set size: what several "
	      "share is divided among them. CPU is in cores kept busy while the program runs. Parts with * "
	      "are of the whole host, by how much they grew meanwhile: the kernel does not keep whose they "
	      "are, so others' are in them, and they may be negative. Kernel threads without * are the "
	      "process's own (io_uring's workers, vhost's, KVM's); for whom a kworker works is not known. "
	      "The layer's size is shared by all machines of a host but for the guest kernel in memory; KVM "
	      "that is built into the kernel has none of its own. host-footprint.csv has every workload, "
	      "with intervals.</p>\n<div class=\"panels\">\n",
	      out);
	for (int figure = 0; status == 0 && figure <= FOOTPRINT_CPU; figure++)
		status = put_one(out, result, (enum footprint_figure)figure, true);
	fputs("</div>\n<details><summary>The same as numbers, and the sizes</summary>\n", out);
	for (int figure = 0; status == 0 && figure < FOOTPRINT_FIGURES; figure++)
		status = put_one(out, result, (enum footprint_figure)figure, false);
	fputs("</details>\n</section>\n", out);
	return status;
}
