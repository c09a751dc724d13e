/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/page_priv.h"
#include "cmd/publish_priv.h"
#include "cmd/scale_priv.h"
#include "model/model.h"
#include "reports/reports.h"

/* vmtax scale: how many at once. */

static int show(const struct scale_options *o, const char *scaling, const char *laws, struct error *error)
{
	if (o->csv)
		return publish_csv(scaling, &schema_scaling, error);
	if (o->json)
		return report_table_json(stdout, scaling, &schema_scaling, error);
	return report_scaling_print(stdout, scaling, laws, page_colour(stdout), error);
}

static int make_directory(const char *path, struct error *error)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	error_fail(error, errno, "make the directories above it", "cannot make a directory");
	return error_at(error, "%.250s", path);
}

static int conclude(const struct scale_options *o, const char *out, struct error *error)
{
	char scaling[4300], laws[4300];
	const struct model_scale_options options = {
		.directories = o->directory, .goal_ns = o->goal_ns, .scaling = scaling, .laws = laws
	};
	int code;

	snprintf(scaling, sizeof(scaling), "%s/%s", out, schema_scaling.name);
	snprintf(laws, sizeof(laws), "%s/%s", out, schema_laws.name);
	code = model_scale_write(&options, error);
	if (code == 0)
		code = show(o, scaling, laws, error);
	fflush(stdout);
	if (o->out && code == 0)
		fprintf(stderr, "wrote %s and laws.csv\n", scaling);
	if (!o->out) {
		unlink(scaling);
		unlink(laws);
	}
	return code;
}

int cmd_scale(int argc, char **argv)
{
	struct scale_options o = { .most = 8, .blocks = 3, .invocations = 1, .goal_ns = NAN };
	char directory[] = "/tmp/vmtax-scale-XXXXXX";
	struct error error = { 0 };
	int status = scale_options_parse(&o, argc, argv), code;

	if (status != CMD_OK)
		return status;
	if (o.help) {
		scale_help();
		return CMD_OK;
	}
	code = o.out ? make_directory(o.out, &error) : 0;
	if (code == 0 && !o.out && !mkdtemp(directory))
		code = error_fail(&error, errno, "name a directory with --out", "cannot make %s", directory);
	if (code == 0 && o.program) {
		status = scale_run(&o, &error);
		if (status != CMD_OK && error.what[0])
			cmd_fail("scale", &error, status);
	}
	if (code == 0 && status == CMD_OK)
		code = conclude(&o, o.out ? o.out : directory, &error);
	if (!o.out)
		rmdir(directory);
	scale_options_free(&o);
	return code ? cmd_fail("scale", &error, code == -EINVAL ? CMD_USAGE : CMD_FAILED) : status;
}
