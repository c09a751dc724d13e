/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"
#include "model/provisioning_priv.h"

/* provisioning.csv: what the events in the lives of machines take. */

static double between(const struct lives *l, const struct litter *litter, enum life_stage from,
		      enum life_stage to)
{
	return l->stage[litter->row][to] - l->stage[litter->row][from];
}

static double create(const struct lives *l, const struct litter *litter)
{
	return between(l, litter, STAGE_START, STAGE_READY);
}

/* The handshake between ready and go belongs to nobody. */
static double first_instruction(const struct lives *l, const struct litter *litter)
{
	return create(l, litter) + between(l, litter, STAGE_GO, STAGE_PROGRAM);
}

static double first_request(const struct lives *l, const struct litter *litter)
{
	return between(l, litter, STAGE_PROGRAM, STAGE_ANSWER);
}

static double teardown(const struct lives *l, const struct litter *litter)
{
	return between(l, litter, STAGE_END, STAGE_DONE) + between(l, litter, STAGE_FINISH, STAGE_GONE);
}

static double life(const struct lives *l, const struct litter *litter)
{
	return lives_number(l, litter->row, "life_ns");
}

static double fork_clone(const struct lives *l, const struct litter *litter)
{
	return lives_number(l, litter->row, "roi_ns") / lives_number(l, litter->row, "ops");
}

/* The first and the last of a litter to come to STAGE; NaN where one did not. */
static double reach(const struct lives *l, const struct litter *litter, enum life_stage stage, bool last)
{
	double far = l->stage[litter->row][stage];

	for (size_t i = 0; i < litter->count; i++) {
		double at = l->stage[litter->row + i][stage];

		if (isnan(at))
			return NAN;
		far = last ? fmax(far, at) : fmin(far, at);
	}
	return far;
}

/* Until all are built, and from then on until the last one's program runs. */
static double storm(const struct lives *l, const struct litter *litter)
{
	return reach(l, litter, STAGE_READY, true) - reach(l, litter, STAGE_START, false) +
	       reach(l, litter, STAGE_PROGRAM, true) - reach(l, litter, STAGE_GO, false);
}

static const struct event {
	const char *name;
	const char *workload; /* that it is measured in, or what its name begins with */
	double (*ns)(const struct lives *l, const struct litter *litter);
	const char *native; /* why a plain process has none; NULL: it has */
	bool each;	    /* memory and CPU time of each are told */
} events[] = {
	{ "create", "start", create, NULL, false },
	{ "first-instruction", "start", first_instruction, NULL, false },
	{ "first-request", "start", first_request, NULL, false },
	{ "fork-clone", "fork-clone", fork_clone, NULL, false },
	{ "teardown", "start", teardown,
	  "the kernel takes a process down before it tells of its end: see life", false },
	{ "life", "start", life, NULL, true },
	{ "storm", "storm-", storm, NULL, true },
};

/* One row in the making. */
struct estimate {
	const struct lives *lives;
	const struct event *event;
	const char *workload, *config;
	double *values; /* room for as many as there are rows; owned */
};

static bool is_native(const char *config)
{
	return strcmp(config, "native") == 0 || strcmp(config, "native-tuned") == 0;
}

typedef double litter_value(const struct lives *l, const struct litter *litter);

/* Median of VALUE over the litters of the row; those that drift or steal disturbed only where few remain. */
static struct stats_estimate median(struct estimate *e, litter_value *value)
{
	struct stats_estimate m = { NAN, NAN, NAN, NAN, 0 };
	struct litter litter = { 0 };

	for (int disturbed = 0; disturbed < 2 && m.n < MODEL_PAIRS_LEAST; disturbed++) {
		size_t n = 0;

		for (litter.count = litter.row = 0; lives_next(e->lives, e->workload, e->config, &litter);) {
			double v = litter.ok && (disturbed || !litter.disturbed) ? value(e->lives, &litter)
										 : NAN;

			if (!isnan(v))
				e->values[n++] = v;
		}
		if (n == 0)
			continue;
		m = stats_median(e->values, n, MODEL_LEVEL);
		m.n = n;
		if (isnan(m.value)) { /* too few for an interval */
			stats_sort(e->values, n);
			m.value = stats_quantile(e->values, n, 0.5);
		}
	}
	return m;
}

/* Status and reason: of what was measured, how much went wrong; of what was not, why. */
static void put_verdict(struct table_writer *out, const struct estimate *e, size_t n)
{
	struct failures f = lives_failures(e->lives, e->workload, e->config);
	char reason[700];

	if (n == 0 && is_native(e->config) && e->event->native) {
		table_put_text(out, "na");
		table_put_text(out, e->event->native);
		return;
	}
	table_put_text(out, n ? "ok" : f.count ? f.status : "na");
	snprintf(reason, sizeof(reason), "%zu repetition%s went wrong: %.600s", f.count,
		 f.count == 1 ? "" : "s", f.reason);
	table_put_text(out, f.count == 0 ? (n ? NULL : "no repetition tells") : n ? reason : f.reason);
}

static int put_row(struct table_writer *out, struct estimate *e, struct error *error)
{
	struct stats_estimate ns = median(e, e->event->ns);

	table_put_text(out, e->config);
	table_put_text(out, lives_label(e->lives, e->workload, e->config));
	table_put_text(out, e->event->name);
	table_put_integer(out, (int64_t)lives_copies(e->lives, e->workload));
	table_put_number(out, ns.value);
	table_put_number(out, ns.low);
	table_put_number(out, ns.high);
	table_put_number(out, e->event->each ? median(e, lives_memory).value : NAN);
	table_put_number(out, e->event->each ? median(e, lives_cpu).value : NAN);
	table_put_integer(out, (int64_t)ns.n);
	put_verdict(out, e, ns.n);
	return table_end_row(out, error);
}

static int put_all(struct table_writer *out, struct estimate *e, struct error *error)
{
	const struct lives *l = e->lives;
	int code = 0;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		for (size_t w = 0; w < l->workloads.count; w++) {
			e->event = &events[i];
			e->workload = l->workloads.name[w];
			if (strncmp(e->workload, events[i].workload, strlen(events[i].workload)) != 0)
				continue;
			for (size_t c = 0; code == 0 && c < l->configs.count; c++) {
				e->config = l->configs.name[c];
				code = put_row(out, e, error);
			}
		}
	return code;
}

static int write(const char *directory, const struct lives *lives, struct error *error)
{
	struct estimate e = { .lives = lives, .values = malloc((lives->runs.rows + 1) * sizeof(*e.values)) };
	struct table_writer out;
	char path[4096];
	int code;

	if (!e.values)
		return error_set(error, ENOMEM, "cannot tell what starting takes");
	snprintf(path, sizeof(path), "%s/%s", directory, schema_provisioning.name);
	code = table_create(&out, path, &schema_provisioning, error);
	if (code == 0) {
		code = put_all(&out, &e, error);
		code = table_writer_end(&out, code, error);
	}
	free(e.values);
	return code;
}

int model_provisioning_write(const char *directory, struct error *error)
{
	struct lives lives;
	int code = lives_read(&lives, directory, error);

	if (code)
		return code;
	if (lives.workloads.count)
		code = write(directory, &lives, error);
	lives_free(&lives);
	return code;
}
