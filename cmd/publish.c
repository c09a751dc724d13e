/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>

#include "base/table.h"
#include "cmd/cmd.h"
#include "cmd/publish_priv.h"
#include "model/model.h"
#include "reports/reports.h"

static int write_all(const char *directory, struct error *error)
{
	int (*const steps[])(const char *, struct error *) = {
		model_overhead_write, model_waterfall_write,	model_costs_write,
		model_ablation_write, model_provisioning_write, model_footprint_write,
		model_hardware_write, report_package_write,	report_html_write
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && status == 0; i++)
		status = steps[i](directory, error);
	return status;
}

int publish_summary(const char *directory, bool all, struct error *error)
{
	return report_text_print(report_page_of(stdout), directory, all, error);
}

int publish_csv(const char *path, const struct table_schema *schema, struct error *error)
{
	struct table table;
	char buffer[65536];
	size_t length;
	FILE *file;
	int code = 0;

	if (table_read(&table, path, schema, error) < 0)
		return -EINVAL;
	table_free(&table);
	file = fopen(path, "re");
	if (!file)
		return error_set(error, errno, "cannot open %.200s", path);
	while (code == 0 && (length = fread(buffer, 1, sizeof(buffer), file)) > 0)
		if (fwrite(buffer, 1, length, stdout) != length || fflush(stdout) != 0)
			code = error_set(error, errno, "cannot print %s", schema->name);
	fclose(file);
	return code;
}

int cmd_results_publish(const char *directory, bool all, struct error *error)
{
	struct error print_error;
	int written = write_all(directory, error), printed;

	/* A full disk or a read-only directory should not hide what was measured. */
	printed = publish_summary(directory, all, &print_error);
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
