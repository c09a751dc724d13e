/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/schema.h"
#include "reports/reports.h"

/* Predictions as OpenMetrics text (openmetrics.io, version 1.0): a gauge family for each figure. */
static const struct family {
	const char *name, *help, *column;
} families[] = {
	{ "vmtax_predicted_seconds", "what the program would take", "ns" },
	{ "vmtax_predicted_low_seconds", "lower end of the 95 % prediction interval", "low_ns" },
	{ "vmtax_predicted_high_seconds", "upper end of the 95 % prediction interval", "high_ns" },
	{ "vmtax_native_seconds", "what it takes natively", "native_ns" },
};

/* A label's value: backslash, quote and line feed are escaped. */
static void put_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

static void put_family(FILE *out, const struct table *t, const struct family *f)
{
	fprintf(out, "# TYPE %s gauge\n# UNIT %s seconds\n# HELP %s %s\n", f->name, f->name, f->name,
		f->help);
	for (size_t row = 0; row < t->rows; row++) {
		double value = table_number(t, row, table_column(t, f->column));

		if (strcmp(table_text(t, row, table_column(t, "term")), "total") != 0 || isnan(value))
			continue;
		fprintf(out, "%s{", f->name);
		put_label(out, "program", table_text(t, row, table_column(t, "program")));
		fputc(',', out);
		put_label(out, "config", table_text(t, row, table_column(t, "config")));
		fputc(',', out);
		put_label(out, "metric", table_text(t, row, table_column(t, "metric")));
		fprintf(out, "} %.9g\n", value / 1e9);
	}
}

int report_openmetrics_write(const char *path, const char *predictions, struct error *error)
{
	struct table table;
	char begun[4400];
	FILE *out;
	int code = table_read(&table, predictions, &schema_predictions, error), failed;

	if (code)
		return code;
	snprintf(begun, sizeof(begun), "%s.%d", path, (int)getpid()); /* the collector reads *.prom alone */
	out = fopen(begun, "we");
	for (size_t i = 0; out && i < sizeof(families) / sizeof(families[0]); i++)
		put_family(out, &table, &families[i]);
	table_free(&table);
	failed = out == NULL || fputs("# EOF\n", out) < 0;
	failed |= out && fclose(out) != 0;
	if (!failed && rename(begun, path) == 0)
		return 0;
	code = error_fail(error, errno, "name a file in a directory you may write to",
			  "cannot write metrics");
	unlink(begun);
	error_at(error, "%.250s", path);
	return code;
}
