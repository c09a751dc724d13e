/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports_priv.h"

/* One workload's rows of ablation.csv as a waterfall, and what they come to in words. */

static const char *cell(const struct result *result, size_t row, const char *column)
{
	return table_text_of(&result->ablation, row, column);
}

static double number(const struct result *result, size_t row, const char *column)
{
	return table_number_of(&result->ablation, row, column);
}

static struct interval delta_of(const struct result *result, size_t row)
{
	return (struct interval){ number(result, row, "delta_ns"), number(result, row, "low_ns"),
				  number(result, row, "high_ns") };
}

static void take_row(struct waterfall *w, const struct result *result, size_t row)
{
	double begin = number(result, row, "begin_ns"), end = number(result, row, "end_ns");

	if (strcmp(cell(result, row, "knob"), "total") == 0) {
		w->from = result_label(result, cell(result, row, "from"));
		w->to = result_label(result, cell(result, row, "to"));
		w->total = delta_of(result, row);
		return;
	}
	w->method = cell(result, row, "method");
	w->blocks = fmax(w->blocks, number(result, row, "blocks"));
	w->begin = isnan(w->begin) ? begin : w->begin;
	w->end = isnan(end) ? w->end : end;
	w->step[w->count++] = (struct waterfall_step){ .knob = cell(result, row, "knob"),
						       .from = cell(result, row, "from"),
						       .to = cell(result, row, "to"),
						       .note = cell(result, row, "note"),
						       .cost = cell(result, row, "cost"),
						       .begin = begin,
						       .end = end,
						       .delta = delta_of(result, row) };
}

/* One unit for all figures, that of the longest. */
static void choose_unit(struct waterfall *w)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "ns", 1 } };
	double longest = fmax(w->begin, w->end);
	size_t i = 0;

	while (i + 1 < sizeof(units) / sizeof(*units) && !(longest >= units[i].ns))
		i++;
	w->unit = units[i].name;
	w->unit_ns = units[i].ns;
}

int waterfall_make(struct waterfall *w, const struct result *result, const char *workload)
{
	*w = (struct waterfall){
		.workload = workload, .from = "", .to = "", .method = "", .begin = NAN, .end = NAN
	};
	w->total = (struct interval){ NAN, NAN, NAN };
	w->step = malloc((result->ablation.rows + 1) * sizeof(*w->step));
	if (!w->step)
		return -ENOMEM;
	for (size_t row = 0; row < result->ablation.rows; row++)
		if (strcmp(cell(result, row, "workload"), workload) == 0)
			take_row(w, result, row);
	choose_unit(w);
	return 0;
}

void waterfall_free(struct waterfall *w)
{
	free(w->step);
	*w = (struct waterfall){ 0 };
}

char *waterfall_change(const struct waterfall_step *step, char *text, size_t size)
{
	snprintf(text, size, *step->from ? "%s > %s" : "", step->from, step->to);
	return text;
}

/* "-80.1 ms [-82.0, -78.3]" in TEXT, 96 bytes. */
static char *print_delta(const struct waterfall *w, struct interval delta, char *text)
{
	struct interval scaled = { delta.value / w->unit_ns, delta.low / w->unit_ns,
				   delta.high / w->unit_ns };
	char number[64];
	size_t length = strcspn(format_interval(scaled, number), " ");

	snprintf(text, 96, "%.*s %s%s", (int)length, number, w->unit, number + length);
	return text;
}

char *waterfall_check(const struct waterfall *w)
{
	struct interval sum = { w->end - w->begin, NAN, NAN };
	bool inside = sum.value >= w->total.low && sum.value <= w->total.high;
	char bars[96], apart[96], *text;

	if (isnan(sum.value))
		return strdup("No bar could be measured: too few blocks hold both ends of a flip, or its "
			      "knob cannot "
			      "be set here: ablation.csv says which. Give more with --budget.");
	print_delta(w, sum, bars);
	bars[strcspn(bars, "[") - 1] = '\0';
	if (asprintf(&text, "The bars sum to %s; measured apart, in blocks that no bar used: %s. %s", bars,
		     print_delta(w, w->total, apart),
		     isnan(w->total.low) ? "There are too few blocks for intervals: give more with --budget."
		     : inside
			     ? "They agree."
			     : "They do not agree: the machine changed meanwhile; give more with --budget.") <
	    0)
		return NULL;
	return text;
}

/* A bar that surely saves (SIGN -1) or costs (1) time. */
static bool surely(const struct waterfall_step *step, int sign)
{
	return *step->from && (sign < 0 ? step->delta.high < 0 : step->delta.low > 0);
}

/* Whether single flips leave over much of the difference. */
static bool interacts(const struct waterfall *w)
{
	const struct waterfall_step *left = w->count ? &w->step[w->count - 1] : NULL;

	return left && strcmp(left->knob, "interaction") == 0 &&
	       fabs(left->delta.value) > 0.2 * fabs(w->end - w->begin);
}

static void put_gain(FILE *out, const struct waterfall *w, const struct waterfall_step *step, bool first)
{
	double share = 100 * step->delta.value / (w->end - w->begin);
	char text[96];

	print_delta(w, (struct interval){ -step->delta.value, NAN, NAN }, text);
	text[strcspn(text, "[") - 1] = '\0';
	fprintf(out, first ? "%s=%s buys most: it saves %s" : "%s=%s is next: it saves %s", step->knob,
		step->to, text);
	if (share > 0 && share <= 100 && !interacts(w))
		fprintf(out, ", %.0f %% of what all of them save", share);
	if (*step->cost)
		fprintf(out, ". Its price: %s", step->cost);
	fputs(". ", out);
}

char *waterfall_advice(const struct waterfall *w)
{
	size_t size, gains = 0, losses = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < w->count; i++) /* what saves most is first */
		if (surely(&w->step[i], -1) && gains++ < 2)
			put_gain(out, w, &w->step[i], gains == 1);
	for (size_t i = 0; i < w->count; i++)
		if (surely(&w->step[i], 1))
			fprintf(out, "%s%s=%s",
				losses++ ? ", " : "For this program leave out: ", w->step[i].knob,
				w->step[i].to);
	if (losses)
		fputs(", which makes it slower.", out);
	if (gains + losses == 0 && isnan(w->end - w->begin))
		fputs("What each knob is worth to this program is not known: none could be measured.", out);
	else if (gains + losses == 0)
		fputs("No knob makes a difference to this program that can be told from chance: choose the "
		      "configuration that keeps fewer cores and less memory.",
		      out);
	if (interacts(w))
		fputs(" The knobs depend on each other, so what one saves alone is not what it saves beside "
		      "others: "
		      "vmtax ablate --orders with a longer --budget takes that apart.",
		      out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
