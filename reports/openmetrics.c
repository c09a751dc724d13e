/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/schema.h"
#include "reports/reports.h"

/* Tables as OpenMetrics text (openmetrics.io, version 1.0): a gauge family for each figure. */
#define LABELS_MOST 8

struct family {
	const char *name;
	const char *unit; /* that the name ends with; "": none */
	const char *help;
	const char *column;
	double scale; /* figure by cell */
};

/* clang-format off */
/* What becomes of a table: of the rows whose column WHERE is VALUE (NULL: of all). */
static const struct export {
	const struct table_schema *schema;
	const char *where, *value;
	const char *label[LABELS_MOST]; /* columns */
	struct family family[10];	/* ends with a NULL name */
} exports[] = {
	{
		.schema = &schema_predictions,
		.where = "term",
		.value = "total",
		.label = { "program", "config", "metric" },
		.family = {
			{ "vmtax_predicted_seconds", "seconds", "what the program would take", "ns", .scale = 1e-9 },
			{ "vmtax_predicted_low_seconds", "seconds", "lower end of the 95 % prediction interval", "low_ns", .scale = 1e-9 },
			{ "vmtax_predicted_high_seconds", "seconds", "upper end of the 95 % prediction interval", "high_ns", .scale = 1e-9 },
			{ "vmtax_native_seconds", "seconds", "what it takes natively", "native_ns", .scale = 1e-9 },
		},
	},
	{
		.schema = &schema_coefficients,
		.where = "unit",
		.value = "ns",
		.label = { "config", "metric", "term", "backend" },
		.family = {
			{ "vmtax_cost_seconds", "seconds", "what one event adds to native time", "cost", .scale = 1e-9 },
			{ "vmtax_cost_low_seconds", "seconds", "lower end of its 95 % interval", "low", .scale = 1e-9 },
			{ "vmtax_cost_high_seconds", "seconds", "upper end of its 95 % interval", "high", .scale = 1e-9 },
			{ "vmtax_cost_direct_seconds", "seconds", "the same as the nano suite measured it", "direct", .scale = 1e-9 },
		},
	},
	{
		.schema = &schema_coefficients,
		.where = "unit",
		.value = "1",
		.label = { "config", "metric", "term", "backend" },
		.family = {
			{ "vmtax_factor_ratio", "ratio", "time by native time (base), or measured by predicted (error)", "cost", .scale = 1 },
			{ "vmtax_factor_low_ratio", "ratio", "lower end of its 95 % interval; of error the 2.5th percentile", "low", .scale = 1 },
			{ "vmtax_factor_high_ratio", "ratio", "upper end of its 95 % interval; of error the 97.5th percentile", "high", .scale = 1 },
		},
	},
	{
		.schema = &schema_scaling,
		.label = { "workload", "config", "n" },
		.family = {
			{ "vmtax_copies_runs_per_second", "", "throughput of so many copies at once", "throughput", .scale = 1 },
			{ "vmtax_copies_median_seconds", "seconds", "median time of a copy", "p50_ns", .scale = 1e-9 },
			{ "vmtax_copies_p95_seconds", "seconds", "95th percentile of a copy's time", "p95_ns", .scale = 1e-9 },
			{ "vmtax_copies_p99_seconds", "seconds", "99th percentile of a copy's time", "p99_ns", .scale = 1e-9 },
			{ "vmtax_copies_cpu_seconds", "seconds", "CPU time of a copy", "cpu_ns", .scale = 1e-9 },
			{ "vmtax_copies_wait_cpu_seconds", "seconds", "a copy's wait for a core", "wait_cpu_ns", .scale = 1e-9 },
			{ "vmtax_copies_resident_bytes", "bytes", "memory that a copy holds on the host", "resident_bytes", .scale = 1 },
		},
	},
	{
		.schema = &schema_laws,
		.label = { "workload", "config" },
		.family = {
			{ "vmtax_contention_ratio", "ratio", "contention by the Universal Scalability Law", "alpha", .scale = 1 },
			{ "vmtax_coherence_ratio", "ratio", "coherence by the Universal Scalability Law", "beta", .scale = 1 },
			{ "vmtax_peak_copies", "copies", "copies at which throughput is greatest", "peak_n", .scale = 1 },
			{ "vmtax_goal_copies", "copies", "most copies measured that keep the goal", "goal_n", .scale = 1 },
		},
	},
	{
		.schema = &schema_mixes,
		.label = { "load", "config", "rate", "program" },
		.family = {
			{ "vmtax_load_runs_per_second", "", "throughput of the load's VMs of this program", "throughput", .scale = 1 },
			{ "vmtax_load_predicted_runs_per_second", "", "throughput predicted from programs alone", "predicted", .scale = 1 },
			{ "vmtax_load_median_seconds", "seconds", "median time of a run", "p50_ns", .scale = 1e-9 },
			{ "vmtax_load_p95_seconds", "seconds", "95th percentile of a run's time", "p95_ns", .scale = 1e-9 },
			{ "vmtax_load_p99_seconds", "seconds", "99th percentile of a run's time", "p99_ns", .scale = 1e-9 },
			{ "vmtax_load_wait_cpu_seconds", "seconds", "a run's wait for a core", "wait_cpu_ns", .scale = 1e-9 },
			{ "vmtax_load_resident_bytes", "bytes", "memory that these VMs hold on the host", "resident_bytes", .scale = 1 },
		},
	},
};
/* clang-format on */

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

static void put_row(FILE *out, const struct table *t, size_t row, const struct export *e,
		    const struct family *f)
{
	double value = table_number_of(t, row, f->column);
	const char *part = "{";

	if (isnan(value) || (e->where && !table_is(t, row, e->where, e->value)))
		return;
	fputs(f->name, out);
	for (size_t i = 0; i < LABELS_MOST && e->label[i]; i++) {
		fputs(part, out);
		put_label(out, e->label[i], table_text_of(t, row, e->label[i]));
		part = ",";
	}
	fprintf(out, "} %.9g\n", value * f->scale);
}

static int put_table(FILE *out, const char *path, const struct table_schema *schema, struct error *error)
{
	struct table t;
	int code = table_read(&t, path, schema, error);

	for (size_t i = 0; code == 0 && i < sizeof(exports) / sizeof(exports[0]); i++)
		for (const struct family *f = exports[i].family; exports[i].schema == schema && f->name;
		     f++) {
			fprintf(out, "# TYPE %s gauge\n", f->name);
			if (f->unit[0])
				fprintf(out, "# UNIT %s %s\n", f->name, f->unit);
			fprintf(out, "# HELP %s %s\n", f->name, f->help);
			for (size_t row = 0; row < t.rows; row++)
				put_row(out, &t, row, &exports[i], f);
		}
	if (code == 0)
		table_free(&t);
	return code;
}

/* Whether PATH is something that a file must not be put in the place of: a device, a pipe, a link. */
static bool is_special(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

/* What is written until it is whole, into BEGUN: PATH itself where that is special. Collectors read *.prom
 * alone. */
static bool name_begun(const char *path, char begun[4400])
{
	bool special = is_special(path);

	if (special)
		snprintf(begun, 4400, "%s", path);
	else
		snprintf(begun, 4400, "%s.%d", path, (int)getpid());
	return special;
}

static int refuse(const char *path, int number, struct error *error)
{
	error_fail(error, number, "name a file in a directory you may write to", "cannot write metrics");
	return error_at(error, "%.250s", path);
}

int report_openmetrics_check(const char *path, struct error *error)
{
	char begun[4400];
	struct stat status;
	int fd;

	if (name_begun(path, begun)) { /* to open a pipe would wait for its reader */
		if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
			return refuse(path, EISDIR, error);
		return access(path, W_OK) ? refuse(path, errno, error) : 0;
	}
	fd = open(begun, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return refuse(path, errno, error);
	close(fd);
	unlink(begun);
	return 0;
}

int report_openmetrics_write(const char *path, const struct report_source *sources, struct error *error)
{
	char begun[4400];
	bool special = name_begun(path, begun);
	FILE *out = fopen(begun, "we");
	int code = 0, failed;

	for (; out && code == 0 && sources->path; sources++)
		code = put_table(out, sources->path, sources->schema, error);
	failed = out == NULL || fputs("# EOF\n", out) < 0;
	failed |= out && fclose(out) != 0;
	if (code == 0 && !failed && (special || rename(begun, path) == 0))
		return 0;
	if (code == 0)
		code = refuse(path, errno, error);
	if (!special)
		unlink(begun);
	return code;
}
