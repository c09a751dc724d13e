/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/html_priv.h"

static void put_cell(FILE *out, const char *text)
{
	fputs("<td class=\"words\">", out);
	html_text(out, text);
	fputs("</td>", out);
}

static void put_step(FILE *out, const struct waterfall *w, const struct waterfall_step *step)
{
	struct interval delta = { step->delta.value / w->unit_ns, step->delta.low / w->unit_ns,
				  step->delta.high / w->unit_ns };
	char text[64];

	fputs("<tr><th scope=\"row\">", out);
	html_text(out, step->knob);
	fputs("</th>", out);
	put_cell(out, waterfall_change(step, text, sizeof(text)));
	fprintf(out, "<td>%s</td>", format_interval(delta, text));
	put_cell(out, *step->note ? step->note : step->cost);
	fputs("</tr>\n", out);
}

static void put_table(FILE *out, const struct waterfall *w)
{
	fprintf(out,
		"<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>change of time, %s [95 %% interval]"
		"</caption>\n<thead><tr><th scope=\"col\">knob</th><th scope=\"col\" "
		"class=\"words\">change</th>"
		"<th scope=\"col\">adds</th><th scope=\"col\" class=\"words\">what it "
		"takes</th></tr></thead>\n"
		"<tbody>\n",
		w->unit);
	for (size_t i = 0; i < w->count; i++)
		put_step(out, w, &w->step[i]);
	fputs("</tbody>\n</table></div>\n", out);
}

static int put_words(FILE *out, const char *class, char *text)
{
	if (!text)
		return -ENOMEM;
	fprintf(out, "<p%s>", class);
	html_text(out, text);
	fputs("</p>\n", out);
	free(text);
	return 0;
}

static int put_waterfall(FILE *out, const struct waterfall *w, size_t number)
{
	char key[32], title[256];
	struct chart chart = { .kind = CHART_WATERFALL,
			       .key = key,
			       .label = "what each knob adds to the time",
			       .waterfall = w };

	snprintf(key, sizeof(key), "ablation%zu", number);
	snprintf(title, sizeof(title), "%.80s: %.60s to %.60s, %s over %.0f block%s", w->workload, w->from,
		 w->to, strcmp(w->method, "shapley") == 0 ? "Shapley values" : "single flips", w->blocks,
		 w->blocks > 1 ? "s" : "");
	fputs("<div class=\"panels\">\n", out);
	html_figure(out, &chart, title, false);
	fputs("<div>\n", out);
	if (put_words(out, "", waterfall_advice(w)) < 0 ||
	    put_words(out, " class=\"soft\"", waterfall_check(w)) < 0)
		return -ENOMEM;
	fputs("</div>\n</div>\n", out);
	put_table(out, w);
	return 0;
}

int html_ablation(FILE *out, const struct result *result)
{
	int status = 0;

	if (result->ablation.rows == 0)
		return 0;
	fputs("<section>\n<h2>What each knob is worth</h2>\n"
	      "<p class=\"soft\">From one configuration to the other, knob by knob: each bar begins where "
	      "the one "
	      "above it ends; blue saves time, orange adds to it. Lines are 95 % intervals of the bar's "
	      "length. By "
	      "single flips a bar is the mean of flipping the knob alone at either end, and \"interaction\" "
	      "what "
	      "these leave over; by Shapley values it is the mean over orders in which all knobs were "
	      "flipped one "
	      "after the other.</p>\n",
	      out);
	for (size_t i = 0; status == 0 && i < result->workloads.count; i++) {
		struct waterfall w;

		status = waterfall_make(&w, result, result->workloads.name[i]);
		if (status == 0 && w.count)
			status = put_waterfall(out, &w, i);
		waterfall_free(&w);
	}
	fputs("</section>\n", out);
	return status;
}
