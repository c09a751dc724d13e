/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/compare_priv.h"
#include "cmd/output_priv.h"
#include "cmd/publish_priv.h"
#include "model/model.h"
#include "reports/reports.h"

/* vmtax compare: whether two sets of results differ. */

/* Where the machine's variance is kept; its directories are made when MAKE. */
static int find_variance(struct compare_options *o, bool make, struct error *error)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (!*o->variance && state && *state == '/')
		snprintf(o->variance, sizeof(o->variance), "%.4000s/vmtax/variance.csv", state);
	else if (!*o->variance && home && *home == '/')
		snprintf(o->variance, sizeof(o->variance), "%.4000s/.local/state/vmtax/variance.csv", home);
	if (!*o->variance)
		return make ? error_fail(error, 0, "name a file with --variance", "no HOME to keep it in")
			    : 0;
	for (char *slash = strchr(o->variance + 1, '/'); make && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(o->variance, 0777); /* where it fails, so does writing what belongs in it */
		*slash = '/';
	}
	return 0;
}

static int learn(struct compare_options *o, struct error *error)
{
	if (find_variance(o, true, error) < 0 || model_variance_learn(o->ours, o->variance, error) < 0)
		return cmd_fail("compare", error, CMD_FAILED);
	fprintf(stderr, "wrote %s\n", o->variance);
	return CMD_OK;
}

/* Results of the nano suite alone, for one, or of different workloads. */
static bool nothing_compared(const char *path)
{
	struct table table;
	bool nothing = true;

	if (table_read(&table, path, &schema_comparison, NULL) < 0)
		return false;
	for (size_t row = 0; row < table.rows; row++)
		nothing &= !(table_number_of(&table, row, "invocations") > 0 &&
			     table_number_of(&table, row, "base_invocations") > 0);
	table_free(&table);
	return nothing;
}

/* Whether a row is surely worse, and by more than the user allows. */
static bool exceeded(const struct compare_options *o, const char *path)
{
	struct table table;
	bool over = false;

	if (o->fail_over < 0 || table_read(&table, path, &schema_comparison, NULL) < 0)
		return false;
	for (size_t row = 0; row < table.rows; row++)
		over |= table_is(&table, row, "verdict", "worse") &&
			table_number_of(&table, row, "ratio") > 1 + o->fail_over;
	table_free(&table);
	return over;
}

/* "out/new1" or "3 results". */
static const char *name_side(const char *const *list, size_t count, char *text, size_t size)
{
	snprintf(text, size, count == 1 ? "%.100s" : "%.100s and %zu more", list[0], count - 1);
	return text;
}

static int show(const struct compare_options *o, const struct report_comparison *comparison,
		struct error *error)
{
	int code;

	if (*o->out) {
		code = report_comparison_html(o->out, comparison, error);
		if (code)
			return code;
	}
	if (o->csv)
		return publish_csv(comparison->path, &schema_comparison, error);
	if (o->json)
		return report_table_json(stdout, comparison->path, &schema_comparison, error);
	return report_comparison_print(report_page_of(stdout), comparison, error);
}

static int compare(const struct compare_options *o, const char *path, struct error *error)
{
	char ours[160], base[160];
	const struct model_compare_options options = { .ours = o->ours,
						       .base = o->base,
						       .metric = o->metric,
						       .min_effect = o->min_effect,
						       .variance = *o->variance ? o->variance : NULL,
						       .path = path };
	const struct report_comparison comparison = {
		.path = path,
		.min_effect = o->min_effect,
		.ours = name_side(o->ours, o->ours_count, ours, sizeof(ours)),
		.base = name_side(o->base, o->base_count, base, sizeof(base)),
	};

	if (model_compare_write(&options, error) < 0 || show(o, &comparison, error) < 0)
		return cmd_fail("compare", error, CMD_FAILED);
	if (nothing_compared(path)) {
		error_fail(error, 0,
			   "name results of the same workloads; vmtax report shows what events cost",
			   "nothing was measured on both sides");
		return cmd_fail("compare", error, CMD_FAILED);
	}
	if (*o->out)
		fprintf(stderr, "wrote %s/comparison.csv and comparison.html\n", o->out);
	return exceeded(o, path) ? CMD_THRESHOLD : CMD_OK;
}

int cmd_compare(int argc, char **argv)
{
	struct compare_options o = { .metric = { "time" }, .min_effect = 0.02, .fail_over = -1 };
	struct output output;
	char path[4300];
	struct error error = { 0 };
	int status = compare_options_parse(&o, argc, argv);

	if (status != CMD_OK)
		return status;
	if (o.help) {
		compare_help();
		return CMD_OK;
	}
	if (o.learn)
		return learn(&o, &error);
	find_variance(&o, false, &error);
	if (output_open(&output, *o.out ? o.out : NULL, "compare", &error) < 0)
		return cmd_fail("compare", &error, CMD_FAILED);
	snprintf(path, sizeof(path), "%s/%s", output.path, schema_comparison.name);
	status = compare(&o, path, &error);
	output_close(&output);
	return status;
}
