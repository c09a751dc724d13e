/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/output_priv.h"
#include "cmd/publish_priv.h"
#include "cmd/scale_priv.h"
#include "model/model.h"
#include "reports/reports.h"

/* vmtax scale: how many at once. */

static bool has(const char *directory, const struct table_schema *schema)
{
	char path[4300];

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	return access(path, F_OK) == 0;
}

/* The directories of copies into LIST, NULL-terminated; how many. Where there is neither, it is the runs that
 * are missed. */
static size_t choose_copies(const struct scale_options *o, const char **list)
{
	size_t n = 0;

	for (size_t i = 0; i < o->directories; i++)
		if (has(o->directory[i], &schema_runs) || !has(o->directory[i], &schema_loads))
			list[n++] = o->directory[i];
	list[n] = NULL;
	return n;
}

static bool any_loads(const struct scale_options *o)
{
	bool any = false;

	for (size_t i = 0; i < o->directories; i++)
		any |= has(o->directory[i], &schema_loads);
	return any;
}

static int show(const struct scale_options *o, const char *path, const struct table_schema *schema,
		const char *laws, struct error *error)
{
	if (o->csv)
		return publish_csv(path, schema, error);
	if (o->json)
		return report_table_json(stdout, path, schema, error);
	if (schema == &schema_mixes)
		return report_mixes_print(report_page_of(stdout), path, error);
	return report_scaling_print(report_page_of(stdout), path, laws, error);
}

static int conclude_copies(const struct scale_options *o, const char *const *directories, const char *scaling,
			   const char *laws, struct error *error)
{
	const struct model_scale_options options = { .directories = directories,
						     .goal_share = o->goal_share,
						     .goal_ns = o->goal_ns,
						     .predicted = o->predicted,
						     .scaling = scaling,
						     .laws = laws };
	int code = model_scale_write(&options, error);

	return code ? code : show(o, scaling, &schema_scaling, laws, error);
}

static int conclude_loads(const struct scale_options *o, const char *mixes, struct error *error)
{
	const struct model_mixes_options options = { .directories = o->directory,
						     .goal_share = o->goal_share,
						     .goal_ns = o->goal_ns,
						     .predicted = o->predicted,
						     .path = mixes };
	int code = model_mixes_write(&options, error);

	return code ? code : show(o, mixes, &schema_mixes, NULL, error);
}

static int conclude(const struct scale_options *o, const char *out, struct error *error)
{
	const char *copies[SCALE_DIRECTORIES + 1];
	bool loads = any_loads(o), drawn = false;
	char mixes[4300], scaling[4300], laws[4300];
	struct report_source source[4] = { { NULL, NULL } };
	size_t n = 0;
	int code;

	snprintf(mixes, sizeof(mixes), "%s/%s", out, schema_mixes.name);
	snprintf(scaling, sizeof(scaling), "%s/%s", out, schema_scaling.name);
	snprintf(laws, sizeof(laws), "%s/%s", out, schema_laws.name);
	code = loads ? conclude_loads(o, mixes, error) : 0;
	if (loads)
		source[n++] = (struct report_source){ mixes, &schema_mixes };
	if (code == 0 && choose_copies(o, copies)) {
		code = conclude_copies(o, copies, scaling, laws, error);
		source[n++] = (struct report_source){ scaling, &schema_scaling };
		source[n++] = (struct report_source){ laws, &schema_laws };
		drawn = code == 0 && o->out;
		if (drawn)
			code = report_scaling_html(out, scaling, error);
	}
	if (code == 0 && o->metrics)
		code = report_openmetrics_write(o->metrics, source, error);
	fflush(stdout);
	for (size_t i = 0; code == 0 && o->out && i < n; i++)
		fprintf(stderr, "wrote %s\n", source[i].path);
	if (code == 0 && drawn)
		fprintf(stderr, "wrote %s/report.html\n", out);
	return code;
}

/* What is measured anew goes to where nothing of its kind is: what is read later is all that is there. */
static int check_unused(const struct scale_options *o, struct error *error)
{
	char pattern[4300];
	glob_t found;
	bool loads = o->mixes || o->rate > 0;

	if (!loads && !o->program)
		return 0;
	snprintf(pattern, sizeof(pattern), "%s/%s", o->out, loads ? schema_loads.name : SCALE_COPIES);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	error_fail(error, 0, "choose another with --out, or remove it", "results were measured here before");
	error_at(error, "%.250s", found.gl_pathv[0]);
	globfree(&found);
	return -EEXIST;
}

/* MIX is as "kv:2,pack:1". */
static int check_mix(const char *directory, const char *mix, struct error *error)
{
	char *text = strdup(mix), *rest = text, *part;
	const char **program = calloc(strlen(mix) + 2, sizeof(*program));
	size_t count = 0;
	int code;

	while (program && (part = strsep(&rest, ",")) != NULL) {
		part[strcspn(part, ":")] = '\0';
		program[count++] = part;
	}
	code = text && program ? model_predicted_check(directory, program, error)
			       : error_set(error, ENOMEM, "cannot read a mix");
	free(program);
	free(text);
	return code;
}

/* What is predicted from is there before anything is measured. */
static int check_predicted(const struct scale_options *o, struct error *error)
{
	const char *slash = o->program ? strrchr(o->program[0], '/') : NULL;
	const char *const one[] = { slash ? slash + 1 : o->program ? o->program[0] : NULL, NULL };
	int code = o->predicted ? model_predicted_check(o->predicted, one, error) : 0;

	for (size_t i = 0; code == 0 && o->predicted && i < o->mixes; i++)
		code = check_mix(o->predicted, o->mix[i], error);
	return code;
}

static int measure(struct scale_options *o, struct error *error)
{
	if (o->mixes || o->rate > 0)
		return scale_load(o, error);
	return o->program ? scale_run(o, error) : CMD_OK;
}

int cmd_scale(int argc, char **argv)
{
	struct scale_options o = {
		.most = 8, .blocks = 3, .invocations = 1, .for_ns = 2000000000u, .goal_ns = NAN
	};
	struct output output;
	struct error error = { 0 };
	int status = scale_options_parse(&o, argc, argv), code;

	if (status != CMD_OK)
		return status;
	if (o.help) {
		scale_help();
		return CMD_OK;
	}
	code = output_open(&output, o.out, "scale", &error);
	if (code == 0 && o.metrics)
		code = report_openmetrics_check(o.metrics, &error);
	if (code == 0)
		code = check_unused(&o, &error);
	if (code == 0)
		code = check_predicted(&o, &error);
	if (code == 0) {
		status = measure(&o, &error);
		if (status != CMD_OK && error.what[0])
			cmd_fail("scale", &error, status);
	}
	if (code == 0 && status == CMD_OK)
		code = conclude(&o, output.path, &error);
	output_close(&output);
	scale_options_free(&o);
	return code ? cmd_fail("scale", &error, code == -EINVAL ? CMD_USAGE : CMD_FAILED) : status;
}
