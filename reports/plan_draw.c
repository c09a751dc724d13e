/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "reports/plan_page_priv.h"
#include "reports/reports_priv.h"

/* Bars and the heat map of a plan, drawn as SVG. */

#define WIDTH	   480
#define LEFT	   118 /* names end here */
#define RIGHT	   62  /* room for what stands behind a bar */
#define ROW	   26
#define HEAT_ROW   17
#define HEAT_HOSTS 60 /* rows of a heat map; further hosts are counted */

static void begin(FILE *out, double height, const char *label)
{
	fprintf(out,
		"<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"%s\" font-family=\"sans-serif\" "
		"font-size=\"13\">\n",
		WIDTH, height, label);
}

static void put_label(FILE *out, double x, double y, const char *anchor, const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333\">", x, y, anchor);
	html_text(out, text);
	fputs("</text>\n", out);
}

/* A part of a bar. */
struct part {
	const char *column, *name, *colour;
};

static const struct part hosts_parts[] = { { "hosts", "hosts", "#44aa99" }, { NULL, NULL, NULL } };
static const struct part costs_parts[] = { { "hardware_cost", "hardware", "#332288" },
					   { "licence_cost", "licences", "#ddcc77" },
					   { "power_cost", "energy", "#cc6677" },
					   { "guest_licence_cost", "guest licences", "#88ccee" },
					   { NULL, NULL, NULL } };

/* The largest value of any bar or whisker. */
static double largest(const struct plan_page *p, const char *total, const char *high)
{
	double most = 0;

	for (size_t row = 0; row < p->summary.rows; row++) {
		size_t at = plan_row_of(p, &p->uncertainty, row);

		most = fmax(most, plan_number(&p->summary, row, total));
		if (at < p->uncertainty.rows)
			most = fmax(most, plan_number(&p->uncertainty, at, high));
	}
	return most;
}

/* From the 5th to the 95th percentile. */
static void put_whisker(FILE *out, double low, double high, double scale, double y)
{
	double from = LEFT + low * scale, to = LEFT + high * scale;

	if (isnan(low) || isnan(high) || !(high > low))
		return;
	fprintf(out,
		"<path d=\"M%.1f %.1fV%.1fM%.1f %.1fH%.1fM%.1f %.1fV%.1f\" stroke=\"#111\" "
		"stroke-width=\"1.5\" fill=\"none\"/>\n",
		from, y - 5, y + 5, from, y, to, to, y - 5, y + 5);
}

/* 1234567 as "1.23M" in TEXT (16 bytes). */
static const char *shorten(double value, char *text)
{
	return value < 100000 ? (snprintf(text, 16, "%.0f", value), text) : format_short(value, text);
}

static void put_legend(FILE *out, const struct plan_page *p, const struct part *part)
{
	fputs("<ul class=\"legend\">\n", out);
	for (; part->column; part++) {
		double sum = 0;

		for (size_t row = 0; row < p->summary.rows; row++)
			sum += fmax(0, plan_number(&p->summary, row, part->column));
		if (sum > 0)
			fprintf(out, "<li><i style=\"background: %s\"></i>%s</li>\n", part->colour,
				part->name);
	}
	fputs("</ul>\n", out);
}

static void draw_bars(FILE *out, const struct plan_page *p, const struct part *parts, const char *total,
		      const char *low, const char *high, const char *label)
{
	double most = largest(p, total, high), scale = most > 0 ? (WIDTH - LEFT - RIGHT) / most : 0;

	if (parts[1].column)
		put_legend(out, p, parts);
	begin(out, (double)p->summary.rows * ROW + 8, label);
	for (size_t i = 0; i < p->summary.rows; i++) {
		size_t row = p->rows[i], at = plan_row_of(p, &p->uncertainty, row);
		double x = LEFT, y = (double)i * ROW + 4, end = plan_number(&p->summary, row, total);
		bool known = at < p->uncertainty.rows;
		char text[16];

		put_label(out, LEFT - 8, y + 15, "end", plan_text(&p->summary, row, "label"));
		for (const struct part *part = parts; part->column; part++) {
			double value = plan_number(&p->summary, row, part->column);

			if (!(value > 0))
				continue;
			fprintf(out,
				"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", x,
				y, value * scale, ROW - 7, part->colour);
			x += value * scale;
		}
		if (known) {
			put_whisker(out, plan_number(&p->uncertainty, at, low),
				    plan_number(&p->uncertainty, at, high), scale, y + (ROW - 7) / 2.0);
			end = fmax(end, plan_number(&p->uncertainty, at, high));
		}
		put_label(out, LEFT + (isnan(end) ? 0 : end * scale) + 6, y + 15, "start",
			  isnan(plan_number(&p->summary, row, total))
				  ? "not planned"
				  : shorten(plan_number(&p->summary, row, total), text));
	}
	fputs("</svg>\n", out);
}

void plan_draw_hosts(FILE *out, const struct plan_page *p)
{
	draw_bars(out, p, hosts_parts, "hosts", "hosts_p5", "hosts_p95", "hosts needed by configuration");
}

void plan_draw_costs(FILE *out, const struct plan_page *p)
{
	draw_bars(out, p, costs_parts, "total_cost", "cost_p5", "cost_p95", "total cost by configuration");
}

/* White to blue, and red where nothing is left. */
static void put_cell(FILE *out, double x, double y, double width, double share)
{
	double part = fmin(fmax(share, 0), 1);
	int red = (int)(244 - 233 * part), green = (int)(247 - 155 * part), blue = (int)(250 - 77 * part);

	if (isnan(share)) {
		fprintf(out,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"#eee\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#999\">no limit</text>\n",
			x, y, width - 2, HEAT_ROW - 2, x + width / 2, y + 12);
		return;
	}
	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"#%02x%02x%02x\"%s/>"
		"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"%s\">%.0f %%</text>\n",
		x, y, width - 2, HEAT_ROW - 2, red, green, blue,
		share > 0.95 ? " stroke=\"#b5123e\" stroke-width=\"1.5\"" : "", x + width / 2, y + 12,
		part > 0.55 ? "#fff" : "#222", 100 * share);
}

static const struct {
	const char *column, *name;
} resources[] = { { "cpu_utilization", "CPU" },	    { "memory_utilization", "memory" },
		  { "io_utilization", "I/O" },	    { "iops_utilization", "requests" },
		  { "net_utilization", "network" }, { "disk_utilization", "disk" } };

#define RESOURCES (sizeof(resources) / sizeof(*resources))

/* Whether any host of CONFIG has a limit of RESOURCE. */
static bool limited(const struct plan_page *p, const char *config, size_t resource)
{
	for (size_t row = 0; row < p->hosts.rows; row++)
		if (strcmp(plan_text(&p->hosts, row, "config"), config) == 0 &&
		    !isnan(plan_number(&p->hosts, row, resources[resource].column)))
			return true;
	return false;
}

void plan_draw_heat(FILE *out, const struct plan_page *p, const char *config)
{
	size_t columns = 0, hosts = 0, at = 0;
	double y = 20, width, left = 110;

	for (size_t r = 0; r < RESOURCES; r++)
		columns += limited(p, config, r);
	for (size_t row = 0; row < p->hosts.rows; row++)
		hosts += strcmp(plan_text(&p->hosts, row, "config"), config) == 0;
	width = columns ? (WIDTH - left) / (double)columns : 0;
	begin(out, 24 + HEAT_ROW * (double)(hosts < HEAT_HOSTS ? hosts : HEAT_HOSTS + 1),
	      "how full each host is, by resource");
	fputs("<g font-size=\"11\">\n", out);
	for (size_t r = 0; r < RESOURCES; r++)
		if (limited(p, config, r))
			put_label(out, left + width * ((double)at++ + 0.5), 13, "middle", resources[r].name);
	hosts = 0;
	for (size_t row = 0; row < p->hosts.rows; row++) {
		if (strcmp(plan_text(&p->hosts, row, "config"), config) != 0 || hosts++ >= HEAT_HOSTS)
			continue;
		put_label(out, left - 8, y + 12, "end", plan_text(&p->hosts, row, "host"));
		at = 0;
		for (size_t r = 0; r < RESOURCES; r++)
			if (limited(p, config, r))
				put_cell(out, left + width * (double)at++, y, width,
					 plan_number(&p->hosts, row, resources[r].column));
		y += HEAT_ROW;
	}
	if (hosts > HEAT_HOSTS) {
		char text[64];

		snprintf(text, sizeof(text), "and %zu more: plan/hosts.csv", hosts - HEAT_HOSTS);
		put_label(out, left, y + 12, "start", text);
	}
	fputs("</g>\n</svg>\n", out);
}
