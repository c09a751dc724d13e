/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* What each knob is worth, as a waterfall of characters. */
#define NAME   14
#define CHANGE 24
#define FIGURE 27

/* The ends of the axis in ns, and the columns it has. */
struct axis {
	double least, most;
	int columns;
};

static struct axis find_axis(const struct text_page *page, const struct waterfall *w)
{
	struct axis axis = { 0, fmax(w->begin, w->end), (int)page->width - NAME - CHANGE - FIGURE - 1 };

	for (size_t i = 0; i < w->count; i++)
		if (!isnan(w->step[i].end)) {
			axis.least = fmin(axis.least, w->step[i].end);
			axis.most = fmax(axis.most, w->step[i].end);
		}
	return axis;
}

static int column_of(struct axis axis, double ns)
{
	return axis.most > axis.least
		       ? (int)lround((ns - axis.least) / (axis.most - axis.least) * axis.columns)
		       : 0;
}

/* A bar from BEGIN to END of MARK; at least one, so that it is seen. */
static void put_bar(FILE *out, struct axis axis, double begin, double end, char mark)
{
	int first = column_of(axis, fmin(begin, end)), last = column_of(axis, fmax(begin, end));

	if (isnan(begin) || isnan(end) || fabs(end - begin) < 1e-6 * axis.most)
		return;
	if (first == axis.columns)
		first--;
	last = last > first ? last : first + 1;
	fprintf(out, "%*s", first + 1, "");
	for (int i = first; i < last; i++)
		fputc(mark, out);
}

static void put_end(const struct text_page *page, const struct waterfall *w, struct axis axis,
		    const char *label, double ns)
{
	char text[16];

	text_put_name(page->out, label, NAME + CHANGE);
	fprintf(page->out, "%6s%*s", format_number(ns / w->unit_ns, text), FIGURE - 6, "");
	put_bar(page->out, axis, 0, ns, '#');
	fputc('\n', page->out);
}

static void put_step(const struct text_page *page, const struct waterfall *w, struct axis axis,
		     const struct waterfall_step *step)
{
	struct interval delta = { step->delta.value / w->unit_ns, step->delta.low / w->unit_ns,
				  step->delta.high / w->unit_ns };
	bool saves = step->end < step->begin;
	char change[64], text[64];
	int value, length;

	text_put_name(page->out, step->knob, NAME);
	text_put_name(page->out, waterfall_change(step, change, sizeof(change)), CHANGE);
	length = (int)strlen(format_interval(delta, text));
	value = (int)strcspn(text, " ");
	if (isnan(step->begin)) {
		fprintf(page->out, "%6s\n", "NA");
		return;
	}
	fprintf(page->out, "%*s%s%*s", value < 6 ? 6 - value : 0, "", text,
		FIGURE - length - (value < 6 ? 6 - value : 0) > 0
			? FIGURE - length - (value < 6 ? 6 - value : 0)
			: 0,
		"");
	if (page->colour)
		fputs(saves ? "\033[32m" : "\033[33m", page->out);
	put_bar(page->out, axis, step->begin, step->end, saves ? '-' : '+');
	fputs(page->colour ? "\033[0m\n" : "\n", page->out);
}

static int put_words(const struct text_page *page, char mark, char *text)
{
	if (!text)
		return -ENOMEM;
	text_put_wrapped(page, mark, text);
	free(text);
	return 0;
}

/* Notes of the bars, one a line. */
static int put_notes(const struct text_page *page, const struct waterfall *w)
{
	char *text;

	for (size_t i = 0; i < w->count; i++) {
		if (!*w->step[i].note)
			continue;
		if (asprintf(&text, "%s: %s", w->step[i].knob, w->step[i].note) < 0)
			return -ENOMEM;
		put_words(page, '*', text);
	}
	return 0;
}

static int put_waterfall(struct text_page *page, const struct waterfall *w)
{
	struct axis axis = find_axis(page, w);
	char title[256], rest[128];

	snprintf(title, sizeof(title), "%.80s: %.60s to %.60s", w->workload, w->from, w->to);
	snprintf(rest, sizeof(rest), "knob by knob, in %s [95 %% interval]; %s, %.0f block%s", w->unit,
		 strcmp(w->method, "shapley") == 0 ? "Shapley values" : "single flips", w->blocks,
		 w->blocks > 1 ? "s" : "");
	text_put_title(page, title, rest);
	put_end(page, w, axis, w->from, w->begin);
	for (size_t i = 0; i < w->count; i++)
		put_step(page, w, axis, &w->step[i]);
	put_end(page, w, axis, w->to, w->end);
	if (put_notes(page, w) < 0 || put_words(page, '=', waterfall_check(w)) < 0 ||
	    put_words(page, '>', waterfall_advice(w)) < 0)
		return -ENOMEM;
	return 0;
}

int text_put_ablation(struct text_page *page, const struct result *result)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < result->workloads.count; i++) {
		struct waterfall w;

		status = waterfall_make(&w, result, result->workloads.name[i]);
		if (status == 0 && w.count)
			status = put_waterfall(page, &w);
		waterfall_free(&w);
	}
	return status;
}
