/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <unistd.h>

#include "base/schema.h"
#include "reports/html_priv.h"

struct list {
	FILE *out;
	size_t alarms; /* notes that something fell back or went wrong */
};

static void put_note(void *argument, char mark, const char *text)
{
	struct list *list = argument;

	fprintf(list->out, "<li class=\"%s\">", mark == '*' ? "fell" : mark == '!' ? "warn" : "soft");
	html_text(list->out, text);
	fputs("</li>\n", list->out);
	list->alarms += mark != '-';
}

int html_notes(FILE *out, const struct result *result)
{
	struct list list = { .out = out };
	int status;

	fputs("<section>\n<h2>Before believing the figures</h2>\n<ul class=\"notes\">\n", out);
	status = notes_list(result, put_note, &list);
	if (list.alarms == 0)
		fputs("<li>No run failed or was flagged, and no knob fell back.</li>\n", out);
	fputs("</ul>\n", out);
	if (headline_has_bare_metal(result)) {
		fputs("<p>", out);
		html_text(out, headline_bare_metal);
		fputs("</p>\n", out);
	}
	fputs("</section>\n", out);
	return status;
}

static void put_blocks(FILE *out, const struct result *result)
{
	int least, most;

	result_blocks(result, &least, &most);
	if (most == 0)
		fputs("No block was complete, so nothing is estimated.", out);
	else if (least == most)
		fprintf(out, "Each estimate comes from %d block%s.", most, most == 1 ? "" : "s");
	else
		fprintf(out, "The estimates come from %d to %d blocks.", least, most);
}

/* Of events, where nothing else was measured. */
static void put_events_method(FILE *out)
{
	fputs("<section>\n<h2>How it was measured</h2>\n<p>Natively a program times each event, in a VM the "
	      "same program or the guest kernel, by the time stamp counter, in batches that alternate with "
	      "the same loop without the event. A block runs an event once under every configuration, in a "
	      "balanced order. The figures are medians over blocks of each repetition's median, with the "
	      "interval between order statistics at 95 %, which needs six of them; repetitions that drift or "
	      "steal disturbed are left out where six others remain.</p>\n</section>\n",
	      out);
}

void html_method(FILE *out, const struct result *result)
{
	if (result->costs.rows > 0 && !grid_has_baseline(result, result->baseline)) {
		put_events_method(out);
		return;
	}
	fputs("<section>\n<h2>How it was measured</h2>\n"
	      "<p>The same executable ran under every configuration, and what it printed was compared. A "
	      "block runs "
	      "every configuration of one workload once, in a balanced order, so that slow drift of the "
	      "machine falls "
	      "on all alike. ",
	      out);
	put_blocks(out, result);
	fputs("</p>\n<p>An overhead is the Hodges-Lehmann estimate of the logarithms of the ratios within "
	      "blocks, "
	      "configuration to ",
	      out);
	html_text(out, result->baseline);
	fputs(", with the interval of Wilcoxon's signed-rank test at 95 %. Where both ends of an interval "
	      "lie on one "
	      "side of 1 the difference is more than this run's noise; another day may still differ by more "
	      "than the "
	      "interval. NA stands for what was not measured or had too few blocks for an interval. Medians "
	      "over "
	      "workloads weigh each workload alike.</p>\n</section>\n",
	      out);
}

void html_machine(FILE *out, const struct result *result)
{
	const struct table *machine = &result->machine;

	fputs("<section>\n<h2>The machine</h2>\n", out);
	if (machine->rows == 0)
		fputs("<p>machine.csv is missing or empty: it is not known where this was measured.</p>\n",
		      out);
	else
		fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"facts\">\n", out);
	for (size_t row = 0; row < machine->rows; row++) {
		fputs("<tr><th scope=\"row\">", out);
		html_text(out, table_text_of(machine, row, "fact"));
		fputs("</th><td>", out);
		html_text(out, table_missing_of(machine, row, "value")
				       ? "NA"
				       : table_text_of(machine, row, "value"));
		fputs("</td></tr>\n", out);
	}
	fputs(machine->rows ? "</table></div>\n</section>\n" : "</section>\n", out);
}

void html_files(FILE *out, const struct result *result)
{
	char path[4096];

	fputs("<section>\n<h2>The tables</h2>\n<p>Every figure above comes from these files; "
	      "<a href=\"datapackage.json\">datapackage.json</a> describes their columns, types and "
	      "units.</p>\n<ul>\n",
	      out);
	for (size_t i = 0; schema_results[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", result->directory, schema_results[i]->name);
		if (access(path, F_OK) == 0)
			fprintf(out, "<li><a href=\"%s\">%s</a>: a row is %s</li>\n", schema_results[i]->name,
				schema_results[i]->name, schema_results[i]->description);
	}
	fputs("</ul>\n</section>\n", out);
}
