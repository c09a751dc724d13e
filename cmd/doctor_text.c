/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/doctor_priv.h"

#include <stdbool.h>
#include <string.h>

#include "reports/reports.h"
#include "vmm/vmm.h"

/* What doctor found, for people: first what can be measured, last how to go on. */

static const struct {
	const char *name, *about;
} areas[] = {
	{ "needs", "what measuring takes" },
	{ "trust", "what makes figures mean what they seem to" },
	{ "probes", "what can be counted" },
	{ "knobs", "values this machine cannot set" },
	{ "machine", "what figures depend on; machine.csv of a result keeps it" },
};

static const char *paint(const struct report_page *page, const char *colour)
{
	return page->colour ? colour : "";
}

/* A fact in one line: the tables have it whole. */
static void put_fact(const struct report_page *page, char *const *row, size_t names)
{
	int room = (int)(page->width - names - 4);
	bool fits = strlen(row[DOCTOR_FINDING]) <= (size_t)room;

	fprintf(page->out, "  %-*s  %.*s%s\n", (int)names, row[DOCTOR_NAME], fits ? room : room - 3,
		row[DOCTOR_FINDING], fits ? "" : "...");
}

/* "  no  NAME  finding; what is lost", and the mend below. */
static void put_finding(const struct report_page *page, char *const *row, size_t names)
{
	bool ok = strcmp(row[DOCTOR_STATE], "ok") == 0;
	size_t indent = names + 8;
	char text[1024];

	fprintf(page->out, "  %s%-2s%s  %-*s  ", paint(page, ok ? "\033[32m" : "\033[33m"), row[DOCTOR_STATE],
		paint(page, "\033[0m"), (int)names, row[DOCTOR_NAME]);
	snprintf(text, sizeof(text), "%s%s%s", row[DOCTOR_FINDING], row[DOCTOR_LOST][0] ? "; " : "",
		 row[DOCTOR_LOST]);
	report_page_fill(page->out, text, indent, page->width);
	fputc('\n', page->out);
	if (row[DOCTOR_MEND][0] == '\0')
		return;
	snprintf(text, sizeof(text), "mend: %s", row[DOCTOR_MEND]);
	fprintf(page->out, "%*s", (int)indent, "");
	report_page_fill(page->out, text, indent, page->width);
	fputc('\n', page->out);
}

static size_t widest_name(const struct sheet *findings, const char *area)
{
	size_t widest = 0;

	for (size_t i = 0; i < findings->count; i += DOCTOR_COLUMNS) {
		size_t length = strlen(findings->cells[i + DOCTOR_NAME]);

		if (length > widest && strcmp(findings->cells[i + DOCTOR_AREA], area) == 0)
			widest = length;
	}
	return widest;
}

static void put_area(const struct report_page *page, const struct sheet *findings, const char *name,
		     const char *about)
{
	size_t names = widest_name(findings, name);

	if (names == 0)
		return;
	fprintf(page->out, "\n%s%s%s: %s\n", paint(page, "\033[1m"), name, paint(page, "\033[0m"), about);
	for (size_t i = 0; i < findings->count; i += DOCTOR_COLUMNS) {
		char *const *row = findings->cells + i;

		if (strcmp(row[DOCTOR_AREA], name) != 0)
			continue;
		if (strcmp(row[DOCTOR_STATE], "fact") == 0)
			put_fact(page, row, names);
		else
			put_finding(page, row, names);
	}
}

/* The presets, those that fall back with a *. */
static void put_presets(const struct report_page *page)
{
	char text[512], reason[VMM_KNOBS][96];
	struct vmm_config config;
	struct error error;
	bool kvm = vmm_backend_name(&error) != NULL, fallen = false;
	size_t used = (size_t)snprintf(text, sizeof(text), "This machine can measure:");

	for (int i = 0; vmm_presets[i].name; i++) {
		if (vmm_config_preset(&config, vmm_presets[i].name, &error) || (!config.native && !kvm))
			continue;
		bool falls = vmm_config_fall_back(&config, reason) > 0;

		fallen |= falls;
		used += (size_t)snprintf(text + used, used < sizeof(text) ? sizeof(text) - used : 0,
					 "%s %s%s", text[used - 1] == ':' ? "" : ",", vmm_presets[i].name,
					 falls ? "*" : "");
	}
	report_page_fill(page->out, text, 0, page->width);
	fputc('\n', page->out);
	if (!kvm)
		fputs("and no virtual machine: see kvm, below\n", page->out);
	if (fallen)
		fputs("*: not in full; vmtax list configs shows which knobs fall back\n", page->out);
}

static void put_next(const struct report_page *page)
{
	fputs("\n", page->out);
	report_page_fill(
		page->out,
		"Next: vmtax run measures the suite, vmtax run -- PROGRAM ARGS a program of yours. What is "
		"no "
		"above is left out, or has a stand-in; results say so.",
		0, page->width);
	fputc('\n', page->out);
}

void doctor_print(const struct sheet *findings, FILE *out)
{
	struct report_page page = report_page_of(out);

	put_presets(&page);
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
		put_area(&page, findings, areas[i].name, areas[i].about);
	put_next(&page);
}
