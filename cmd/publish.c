/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/page_priv.h"
#include "cmd/publish_priv.h"
#include "model/model.h"
#include "reports/reports.h"

static int write_all(const char *directory, struct error *error)
{
	int (*const steps[])(const char *, struct error *) = { model_overhead_write, model_costs_write,
							       report_package_write, report_html_write };
	int status = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && status == 0; i++)
		status = steps[i](directory, error);
	return status;
}

int publish_summary(const char *directory, struct error *error)
{
	return report_text_print(stdout, directory, page_colour(stdout), error);
}

int cmd_results_publish(const char *directory, struct error *error)
{
	struct error print_error;
	int written = write_all(directory, error), printed;

	/* A full disk or a read-only directory should not hide what was measured. */
	printed = publish_summary(directory, &print_error);
	if (printed < 0) {
		*error = print_error;
		return printed;
	}
	fflush(stdout); /* or, where both go to one file, this would stand within the summary */
	if (written == 0)
		fprintf(stderr, "wrote %s/report.html\n", directory);
	else if (!*error->mend)
		error_mend(error, "the summary shows the tables as they stand");
	return written;
}
