/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/units.h"
#include "reports/reports_priv.h"
#include "reports/scatter_priv.h"

#define BOTTOM	(SCATTER_TOP + SCATTER_SIDE)
#define RIGHT	(SCATTER_LEFT + SCATTER_SIDE)
#define HEIGHT	(BOTTOM + 44)
#define NEAR	0.15 /* what lines beside the one of equality stand for */
#define DECADES 8    /* that are named; of more each second or third */

bool scatter_drawable(const struct scatter_point *p)
{
	return p->x > 0 && p->y > 0 && isfinite(p->x) && isfinite(p->y);
}

static double share(const struct scatter *s, double ns)
{
	return (log(ns) - log(s->low)) / (log(s->high) - log(s->low));
}

double scatter_x(const struct scatter *s, double ns)
{
	return SCATTER_LEFT + SCATTER_SIDE * share(s, ns);
}

double scatter_y(const struct scatter *s, double ns)
{
	return BOTTOM - SCATTER_SIDE * share(s, ns);
}

static bool within(const struct scatter *s, double ns)
{
	return s->low <= ns && ns <= s->high;
}

static void put_tick(FILE *out, const struct scatter *s, double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	int unit = ns >= 0.99e9 ? 3 : ns >= 0.99e6 ? 2 : ns >= 0.99e3 ? 1 : 0;
	double x = scatter_x(s, ns), y = scatter_y(s, ns), shown = ns / pow(1000, unit);

	fprintf(out,
		"<path d=\"M%d %.1fH%dM%.1f %dV%d\" stroke=\"#e4e6e9\"/>"
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g %s</text>"
		"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.4g %s</text>\n",
		SCATTER_LEFT, y, RIGHT, x, SCATTER_TOP, BOTTOM, SCATTER_LEFT - 7, y + 5, shown, units[unit],
		x, BOTTOM + 19, shown, units[unit]);
}

/* A stroke without a name, so that the scale is seen to be logarithmic. */
static void put_minor(FILE *out, const struct scatter *s, double ns)
{
	fprintf(out, "<path d=\"M%d %.1fh4M%.1f %dv-4\" stroke=\"#8a929c\"/>\n", SCATTER_LEFT,
		scatter_y(s, ns), scatter_x(s, ns), BOTTOM);
}

/* Names at decades, and between them where these are few. */
static void put_axes(FILE *out, const struct scatter *s)
{
	int first = (int)floor(log10(s->low)), last = (int)ceil(log10(s->high));
	int apart = 1 + (last - first) / DECADES;
	bool few = s->high / s->low < 100;

	for (int decade = first; decade <= last; decade++)
		for (int digit = 1; digit < 10; digit++) {
			double ns = digit * pow(10, decade);
			bool named = digit == 1 ? decade % apart == 0 : few && (digit == 2 || digit == 5);

			if (within(s, ns) && named)
				put_tick(out, s, ns);
			else if (within(s, ns) && apart == 1)
				put_minor(out, s, ns);
		}
	fprintf(out,
		"<path d=\"M%d %dV%dH%d\" stroke=\"#555\" fill=\"none\"/>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">measured</text>\n"
		"<text transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">predicted</text>\n",
		SCATTER_LEFT, SCATTER_TOP, BOTTOM, RIGHT, SCATTER_LEFT + SCATTER_SIDE / 2, HEIGHT - 5,
		SCATTER_TOP + SCATTER_SIDE / 2);
}

/* The line on which what is predicted is TIMES what was measured. */
static void put_line(FILE *out, const struct scatter *s, double times, const char *style)
{
	double first = fmax(s->low, s->low / times), last = fmin(s->high, s->high / times);

	if (first < last)
		fprintf(out, "<path d=\"M%.1f %.1fL%.1f %.1f\" %s/>\n", scatter_x(s, first),
			scatter_y(s, first * times), scatter_x(s, last), scatter_y(s, last * times), style);
}

static void put_bar(FILE *out, const struct scatter *s, const struct scatter_point *p)
{
	double low = fmax(p->low, s->low), high = fmin(p->high, s->high);

	if (low < high)
		fprintf(out, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\" stroke-width=\"0.8\"/>\n",
			scatter_x(s, p->x), scatter_y(s, low), scatter_y(s, high),
			p->faint ? SCATTER_FAINT : s->colour);
}

/* What a reader who points at the mark is told. */
static void put_figures(FILE *out, const struct scatter_point *p)
{
	char took[32], said[32], low[32], high[32];

	fputs("<title>", out);
	html_text(out, p->name);
	fprintf(out, ": measured %s, predicted %s [%s, %s], off by %+.1f %%; %s</title>",
		units_print_time(p->x, took, sizeof(took)), units_print_time(p->y, said, sizeof(said)),
		units_print_time(p->low, low, sizeof(low)), units_print_time(p->high, high, sizeof(high)),
		100 * (p->y / p->x - 1), p->faint ? "left out in turn" : "no fit has seen it");
}

static void put_mark(FILE *out, const struct scatter *s, const struct scatter_point *p)
{
	double x = scatter_x(s, p->x), y = scatter_y(s, p->y);

	if (p->faint)
		fprintf(out, "<path d=\"M%.1f %.1fl3.6 3.6-3.6 3.6-3.6-3.6z\" fill=\"%s\">", x, y - 3.6,
			SCATTER_FAINT);
	else
		fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\" fill=\"%s\">", x, y, s->colour);
	put_figures(out, p);
	fputs(p->faint ? "</path>\n" : "</circle>\n", out);
}

static void put_each(FILE *out, const struct scatter *s, bool faint,
		     void (*put)(FILE *out, const struct scatter *s, const struct scatter_point *p))
{
	for (size_t i = 0; i < s->count; i++)
		if (s->point[i].faint == faint && scatter_drawable(&s->point[i]))
			put(out, s, &s->point[i]);
}

void scatter_put(FILE *out, const struct scatter *s)
{
	fprintf(out,
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\" font-size=\"%d\" "
		"fill=\"#333\" aria-label=\"",
		SCATTER_WIDTH, HEIGHT, SCATTER_FONT);
	html_text(out, s->title);
	fputs(", predicted against measured\">\n", out);
	put_axes(out, s);
	fputs("<g opacity=\"0.3\">\n", out);
	put_each(out, s, true, put_bar);
	put_each(out, s, false, put_bar);
	fputs("</g>\n", out);
	put_line(out, s, 1 + NEAR, "stroke=\"#b9bfc6\"");
	put_line(out, s, 1 - NEAR, "stroke=\"#b9bfc6\"");
	put_line(out, s, 1, "stroke=\"#000\" stroke-dasharray=\"5 4\"");
	/* A white rim keeps marks apart; the faint are more, and lie below. */
	fputs("<g stroke=\"#fff\" stroke-width=\"0.7\">\n", out);
	put_each(out, s, true, put_mark);
	put_each(out, s, false, put_mark);
	fputs("</g>\n", out);
	scatter_put_labels(out, s);
	fputs("</svg>\n", out);
}
