/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* What to take, in two sentences: the cheapest way to virtualize the whole fleet, and what makes it so. */

static const char *label(const struct table *plan, size_t row)
{
	return table_text_of(plan, row, "label");
}

/* Whether ROW is a virtual configuration that holds the whole fleet. */
static bool eligible(const struct table *plan, size_t row)
{
	const char *config = table_text_of(plan, row, "config");

	return strncmp(config, "native", 6) != 0 && table_number_of(plan, row, "unplaced") == 0 &&
	       !isnan(table_number_of(plan, row, "total_cost"));
}

/* The cheapest row that is eligible, but EXCEPT; plan->rows: there is none. */
static size_t cheapest(const struct table *plan, size_t except)
{
	size_t best = plan->rows;

	for (size_t row = 0; row < plan->rows; row++)
		if (row != except && eligible(plan, row) &&
		    (best == plan->rows ||
		     table_number_of(plan, row, "total_cost") < table_number_of(plan, best, "total_cost")))
			best = row;
	return best;
}

size_t text_advised(const struct table *plan)
{
	return cheapest(plan, plan->rows);
}

/* "8000 less", "500 more" or "as much". */
static void put_difference(FILE *out, double amount)
{
	if (fabs(amount) < 0.5)
		fputs("as much", out);
	else
		fprintf(out, "%.0f %s", fabs(amount), amount < 0 ? "less" : "more");
}

/* Why others do not hold the fleet, by the one that leaves fewest over. */
static void put_alone(FILE *out, const struct table *plan)
{
	size_t least = plan->rows;
	double fewest = INFINITY;

	for (size_t row = 0; row < plan->rows; row++) {
		double left = table_number_of(plan, row, "unplaced");

		if (strncmp(table_text_of(plan, row, "config"), "native", 6) == 0 || !(left > 0) ||
		    left >= fewest)
			continue;
		fewest = left;
		least = row;
	}
	if (least == plan->rows)
		fputs(". It is the only virtual configuration that was planned.", out);
	else
		fprintf(out, ". No other virtual configuration does: %s leaves %.0f VM%s without a host.",
			label(plan, least), fewest, fewest > 1 ? "s" : "");
}

/* "91200 EUR" */
static void put_cost(FILE *out, const struct table *plan, size_t row)
{
	const char *currency = table_text_of(plan, row, "currency");

	fprintf(out, "%.0f%s%s", table_number_of(plan, row, "total_cost"), *currency ? " " : "", currency);
}

static void put_sentences(FILE *out, const struct table *plan, size_t best, size_t next)
{
	double cost = table_number_of(plan, best, "total_cost"), other;

	fprintf(out, "recommendation: %s holds the whole fleet on %.0f host%s for ", label(plan, best),
		table_number_of(plan, best, "hosts"), table_number_of(plan, best, "hosts") == 1 ? "" : "s");
	put_cost(out, plan, best);
	if (next == plan->rows) {
		put_alone(out, plan);
		return;
	}
	other = table_number_of(plan, next, "total_cost");
	if (other <= cost) {
		fprintf(out, ", and so does %s for as much.", label(plan, next));
		return;
	}
	fprintf(out, ", %.1f %% less than the next, %s, on %.0f. It takes ", (1 - cost / other) * 100,
		label(plan, next), table_number_of(plan, next, "hosts"));
	put_difference(out, table_number_of(plan, best, "hardware_cost") -
				    table_number_of(plan, next, "hardware_cost"));
	fputs(" for hardware and ", out);
	put_difference(out, table_number_of(plan, best, "licence_cost") -
				    table_number_of(plan, next, "licence_cost"));
	fputs(" for licences.", out);
}

/* Whether only native was planned, and holds all. */
static bool native_alone(const struct table *plan)
{
	return plan->rows == 1 && strncmp(table_text_of(plan, 0, "config"), "native", 6) == 0 &&
	       table_number_of(plan, 0, "unplaced") == 0;
}

static void put_native(FILE *out, const struct table *plan)
{
	fprintf(out, "recommendation: none yet, as only native was planned, on %.0f hosts for ",
		table_number_of(plan, 0, "hosts"));
	put_cost(out, plan, 0);
	fputs(". What virtualization adds --overhead tells: results of vmtax run, predictions, or a table.",
	      out);
}

int text_put_advice(struct text_page *page, const struct table *plan)
{
	size_t best = cheapest(plan, plan->rows), size = 0;
	char *text = NULL;
	FILE *out;

	if (best == plan->rows && !native_alone(plan))
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	if (best < plan->rows)
		put_sentences(out, plan, best, cheapest(plan, best));
	else
		put_native(out, plan);
	if (fclose(out) != 0) {
		free(text);
		return -ENOMEM;
	}
	text_put_wrapped(page, '-', text);
	free(text);
	return 0;
}
