/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "reports/html_priv.h"
#include "reports/reports.h"

/* The directory's own name: "demo" for out/demo, also where it was given as ".". */
static void put_name(FILE *out, const char *directory)
{
	char *path = realpath(directory, NULL), *slash = path ? strrchr(path, '/') : NULL;

	html_text(out, slash && slash[1] ? slash + 1 : directory);
	free(path);
}

static int put_head(FILE *out, const struct result *result)
{
	char *headline = headline_text(result);

	if (!headline)
		return -ENOMEM;
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>vmtax: ",
	      out);
	put_name(out, result->directory);
	fputs("</title>\n", out);
	html_style(out);
	fputs("</head>\n<body>\n<header>\n<h1>What virtualization cost: ", out);
	put_name(out, result->directory);
	fputs("</h1>\n<p class=\"lead\">", out);
	html_text(out, headline);
	fputs("</p>\n</header>\n<main>\n", out);
	free(headline);
	return 0;
}

/* Nothing but the lives of machines, or events, was measured. */
static bool only_lives(const struct result *result)
{
	return (result->provisioning.rows > 0 || result->costs.rows > 0) &&
	       !grid_has_baseline(result, result->baseline);
}

static int put_overheads(FILE *out, const struct result *result)
{
	if (only_lives(result))
		return 0;
	fputs("<section>\n<h2>Overhead by workload</h2>\n", out);
	if (!grid_has_baseline(result, result->baseline) && html_times(out, result) < 0)
		return -ENOMEM;
	for (const struct metric *metric = metrics; metric->name; metric++)
		if (grid_has_metric(result, metric->name) && html_overhead(out, result, metric) < 0)
			return -ENOMEM;
	fputs("</section>\n", out);
	return 0;
}

static int put_page(FILE *out, const struct result *result)
{
	if (put_head(out, result) < 0 || html_ablation(out, result) < 0 || html_nano(out, result) < 0 ||
	    html_provisioning(out, result) < 0 || html_overhead_figures(out, result) < 0 ||
	    html_notes(out, result) < 0 || put_overheads(out, result) < 0 || html_layers(out, result) < 0 ||
	    html_requests(out, result) < 0 || html_validation(out, result) < 0 ||
	    html_hardware(out, result) < 0 || html_footprint(out, result) < 0 ||
	    html_observer(out, result) < 0 || html_plan(out, result->directory) < 0)
		return -ENOMEM;
	html_method(out, result);
	html_machine(out, result);
	html_files(out, result);
	fputs("</main>\n</body>\n</html>\n", out);
	return 0;
}

int report_html_write(const char *directory, struct error *error)
{
	struct result result;
	struct draft draft;
	int status = result_load(&result, directory, error);

	if (status < 0)
		return status;
	status = draft_open(&draft, directory, "report.html", error);
	if (status == 0 && put_page(draft.out, &result) < 0) {
		draft_abandon(&draft);
		status = error_set(error, ENOMEM, "cannot write report.html");
	} else if (status == 0) {
		status = draft_close(&draft, error);
	}
	result_free(&result);
	return status;
}
