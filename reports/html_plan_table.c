/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "reports/plan_page_priv.h"
#include "reports/reports_priv.h"

/* The plan's figures side by side in HTML. */

/* "10 [9, 12]". */
static void put_range(FILE *out, double value, double low, double high)
{
	if (isnan(value)) {
		fputs("<td>NA</td>", out);
		return;
	}
	fprintf(out, "<td>%.0f", value);
	if (!isnan(low) && !isnan(high))
		fprintf(out, " <span class=\"interval\">[%.0f, %.0f]</span>", low, high);
	fputs("</td>", out);
}

static void put_row(FILE *out, const struct plan_page *p, size_t row)
{
	static const char *const shares[] = { "cpu_utilization", "memory_utilization" };
	static const char *const amounts[] = { "hardware_cost", "licence_cost", "guest_licence_cost",
					       "power_cost" };
	size_t at = plan_row_of(p, &p->uncertainty, row);
	bool known = at < p->uncertainty.rows;

	fputs("<tr><th scope=\"row\">", out);
	html_text(out, plan_text(&p->summary, row, "label"));
	fputs("</th>", out);
	put_range(out, plan_number(&p->summary, row, "hosts"),
		  known ? plan_number(&p->uncertainty, at, "hosts_p5") : (double)NAN,
		  known ? plan_number(&p->uncertainty, at, "hosts_p95") : (double)NAN);
	put_range(out, plan_number(&p->summary, row, "vms"), NAN, NAN);
	put_range(out, plan_number(&p->summary, row, "cpu_inflated"), NAN, NAN);
	for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
		double share = plan_number(&p->summary, row, shares[i]);

		if (isnan(share))
			fputs("<td>NA</td>", out);
		else
			fprintf(out, "<td>%.0f %%</td>", 100 * share);
	}
	for (size_t i = 0; i < sizeof(amounts) / sizeof(*amounts); i++)
		put_range(out, plan_number(&p->summary, row, amounts[i]), NAN, NAN);
	put_range(out, plan_number(&p->summary, row, "total_cost"),
		  known ? plan_number(&p->uncertainty, at, "cost_p5") : (double)NAN,
		  known ? plan_number(&p->uncertainty, at, "cost_p95") : (double)NAN);
	put_range(out, plan_number(&p->summary, row, "cost_per_vm"), NAN, NAN);
	fputs("</tr>\n", out);
}

void plan_put_table(FILE *out, const struct plan_page *p)
{
	static const char *const headings[] = { "hosts",    "VMs",    "cores",	"CPU",	 "memory", "hardware",
						"licences", "guests", "energy", "total", "a VM" };

	fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>the plan [5th, 95th percentile of what "
	      "it "
	      "may need]</caption>\n<thead><tr><th scope=\"col\">configuration</th>",
	      out);
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		fprintf(out, "<th scope=\"col\">%s</th>", headings[i]);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < p->summary.rows; i++)
		put_row(out, p, p->rows[i]);
	fputs("</tbody></table></div>\n", out);
}
