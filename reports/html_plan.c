/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "reports/html_priv.h"
#include "reports/plan_page_priv.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* The capacity plan in HTML: a section of a result's page, or a page of its own. */

double plan_number(const struct table *table, size_t row, const char *column)
{
	return table_number_of(table, row, column);
}

const char *plan_text(const struct table *table, size_t row, const char *column)
{
	return table_text_of(table, row, column);
}

size_t plan_row_of(const struct plan_page *p, const struct table *table, size_t row)
{
	size_t at = 0;

	while (at < table->rows &&
	       strcmp(plan_text(table, at, "config"), plan_text(&p->summary, row, "config")) != 0)
		at++;
	return at;
}

static void page_free(struct plan_page *p)
{
	table_free(&p->summary);
	table_free(&p->hosts);
	table_free(&p->uncertainty);
	table_free(&p->forecast);
	free(p->rows);
	*p = (struct plan_page){ 0 };
}

/* 0 or negative errno; then there is nothing to free. */
static int page_read(struct plan_page *p, const char *directory, struct error *error)
{
	struct {
		struct table *table;
		const struct table_schema *schema;
	} tables[] = { { &p->summary, &schema_plan_summary },
		       { &p->hosts, &schema_plan_hosts },
		       { &p->uncertainty, &schema_plan_uncertainty },
		       { &p->forecast, &schema_plan_forecast } };
	char path[4200];
	int code = 0;

	*p = (struct plan_page){ 0 };
	for (size_t i = 0; code == 0 && i < sizeof(tables) / sizeof(*tables); i++) {
		snprintf(path, sizeof(path), "%.4000s/%s", directory, tables[i].schema->name);
		code = table_read_optional(tables[i].table, path, tables[i].schema, error);
	}
	if (code == 0 && (p->rows = plan_rows(&p->summary)) == NULL)
		code = error_set(error, ENOMEM, "cannot show the plan");
	if (code == 0)
		p->advised = text_advised(&p->summary);
	else
		page_free(p);
	return code;
}

static void put_figure(FILE *out, const char *title, const struct plan_page *p,
		       void (*draw)(FILE *, const struct plan_page *))
{
	fprintf(out, "<figure>\n<figcaption>%s</figcaption>\n<div class=\"card\">\n", title);
	draw(out, p);
	fputs("</div>\n</figure>\n", out);
}

static void put_heat(FILE *out, const struct plan_page *p, size_t row, bool open)
{
	if (plan_row_of(p, &p->hosts, row) == p->hosts.rows)
		return;
	fprintf(out, "<details%s><summary>", open ? " open" : "");
	html_text(out, plan_text(&p->summary, row, "label"));
	fputs("</summary>\n<figure><div class=\"card\">\n", out);
	plan_draw_heat(out, p, plan_text(&p->summary, row, "config"));
	fputs("</div></figure></details>\n", out);
}

/* Each configuration's hosts, those of the recommended one unfolded. */
static void put_hosts(FILE *out, const struct plan_page *p)
{
	fputs("<h3>How full hosts are</h3>\n<p class=\"soft\">A row a host, as a share of all it has; what "
	      "the "
	      "policy keeps free is in it. Framed: more than 95 %.</p>\n",
	      out);
	if (p->advised < p->summary.rows)
		put_heat(out, p, p->advised, true);
	fputs("<div class=\"panels wide\">\n", out);
	for (size_t i = 0; i < p->summary.rows; i++)
		if (p->rows[i] != p->advised)
			put_heat(out, p, p->rows[i], p->advised == p->summary.rows);
	fputs("</div>\n", out);
}

static void put_forecast(FILE *out, const struct plan_page *p)
{
	size_t row = p->advised < p->summary.rows ? p->advised : p->summary.rows ? p->rows[0] : 0;

	if (p->forecast.rows == 0 || plan_row_of(p, &p->forecast, row) == p->forecast.rows)
		return;
	fputs("<h3>How demand grows</h3>\n<p class=\"soft\">On the hosts of ", out);
	html_text(out, plan_text(&p->summary, row, "label"));
	fputs(", as a share of what they offer (dashed), with 95 % intervals where series tell.</p>\n"
	      "<div class=\"panels\"><figure><div class=\"card\">\n",
	      out);
	plan_draw_forecast(out, p, plan_text(&p->summary, row, "config"));
	fputs("</div></figure></div>\n", out);
}

/* The sentences of the text: a mark and a blank begin one, two blanks go on with it. */
static void put_list(FILE *out, const char *text)
{
	bool open = false;

	fputs("<ul class=\"notes\">\n", out);
	while (*text) {
		size_t length = strcspn(text, "\n");
		bool begins = length > 2 && text[0] != ' ' && text[1] == ' ';
		char line[400];

		snprintf(line, sizeof(line), "%.*s", (int)(length > 2 ? length - 2 : 0), text + 2);
		if (begins)
			fprintf(out, "%s<li%s>", open ? "</li>\n" : "",
				*text == '!' ? " class=\"warn\"" : "");
		else
			fputc(' ', out);
		html_text(out, line);
		open |= begins;
		text += length + (text[length] == '\n');
	}
	fprintf(out, "%s</ul>\n", open ? "</li>\n" : "");
}

/* What there is to say, advice left out where the page begins with it. */
static int put_notes(FILE *out, const struct plan_page *p, const char *directory, struct error *error)
{
	char *text = NULL;
	size_t size = 0;
	struct text_page page = { .out = open_memstream(&text, &size) };
	int code;

	if (!page.out)
		return error_set(error, ENOMEM, "cannot show the plan");
	code = text_put_plan_notes(&page, &p->summary, p->rows) < 0
		       ? error_set(error, ENOMEM, "cannot show the plan")
		       : text_put_plan_further(&page, directory, error);
	if (fclose(page.out) == 0 && code == 0 && text && *text)
		put_list(out, text);
	free(text);
	return code;
}

/* "recommendation: ..." without the first word, on one line; "" where there is none. The caller frees. */
static char *advice(const struct plan_page *p)
{
	char *text = NULL, *start;
	size_t size = 0;
	struct text_page page = { .out = open_memstream(&text, &size) };

	if (!page.out)
		return NULL;
	if (text_put_advice(&page, &p->summary) < 0 || fclose(page.out) != 0 || !text) {
		free(text);
		return NULL;
	}
	for (char *c = text; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	start = strstr(text, "recommendation: ");
	if (start) {
		start += strlen("recommendation: ");
		memmove(text, start, strlen(start) + 1);
	}
	return text;
}

static int put_plan(FILE *out, const struct plan_page *p, const char *directory, struct error *error)
{
	fputs("<div class=\"panels\">\n", out);
	put_figure(out, "Hosts needed, and what they may be (P5 to P95)", p, plan_draw_hosts);
	put_figure(out, "Total cost, likewise", p, plan_draw_costs);
	fputs("</div>\n", out);
	plan_put_table(out, p);
	put_hosts(out, p);
	put_forecast(out, p);
	fputs("<h3>What to know of it</h3>\n", out);
	return put_notes(out, p, directory, error);
}

int html_plan(FILE *out, const char *directory)
{
	struct plan_page p;
	char *text;
	int code = page_read(&p, directory, NULL);

	if (code == 0 && p.summary.rows > 0) {
		text = advice(&p);
		fputs("<section>\n<h2>Capacity plan</h2>\n<p>", out);
		html_text(out, text ? text : "");
		free(text);
		fputs("</p>\n<p class=\"soft\">The hosts that the fleet needs under each configuration when "
		      "each "
		      "VM's CPU demand grows by the CPU-seconds ratio of its class, and what they "
		      "cost.</p>\n",
		      out);
		code = put_plan(out, &p, directory, NULL);
		fputs("</section>\n", out);
	}
	page_free(&p);
	return code == -ENOMEM ? code : 0;
}

static int put_page(FILE *out, const struct plan_page *p, const char *directory, struct error *error)
{
	char *text = advice(p);
	int code;

	if (!text)
		return error_set(error, ENOMEM, "cannot show the plan");
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>vmtax: capacity plan</title>\n",
	      out);
	html_style(out);
	fputs("</head>\n<body>\n<header>\n<h1>Capacity plan</h1>\n<p class=\"lead\">", out);
	html_text(out, *text ? text : "No virtual configuration holds the whole fleet.");
	fputs("</p>\n</header>\n<main>\n<section>\n<h2>Hosts and cost</h2>\n", out);
	free(text);
	code = put_plan(out, p, directory, error);
	fputs("</section>\n<section>\n<h2>Files</h2>\n<p>plan/*.csv, described in datapackage.json: summary "
	      "and "
	      "hosts, placement (who is where), risks (what happens when a host fails), assumptions (what is "
	      "taken for granted), uncertainty and "
	      "sensitivity, break-even, what-if, forecast and headroom, today, moves and mending, doubts "
	      "(rows taken with a guess).</p>\n</section>\n</main>\n</body>\n</html>\n",
	      out);
	return code;
}

int report_plan_html(const char *directory, struct error *error)
{
	struct plan_page p;
	struct draft draft;
	int code = page_read(&p, directory, error);

	if (code)
		return code;
	code = draft_open(&draft, directory, "report.html", error);
	if (code == 0) {
		code = put_page(draft.out, &p, directory, error);
		if (code)
			draft_abandon(&draft);
		else
			code = draft_close(&draft, error);
	}
	page_free(&p);
	return code;
}
