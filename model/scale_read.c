/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/scale_priv.h"

/* Repetitions by workload, configuration and the number of copies that ran at once. */

static const char *text(const struct scale_copy *c, const char *column)
{
	return table_text_of(c->runs, c->row, column);
}

static const char *const work[] = { "cpu_vcpu_ns", "cpu_monitor_ns", "cpu_driver_busy_ns", "cpu_kthread_ns",
				    NULL };
static const char *const spin[] = { "cpu_driver_spin_ns", "cpu_vcpu_spin_ns", NULL };

static double sum_of(const struct table *t, size_t row, const char *const *columns)
{
	double sum = 0;

	for (; *columns; columns++)
		sum += table_number_of(t, row, *columns);
	return sum;
}

/* What probes counted in the runs of DIRECTORY, by the run's number, into COPY. */
static int add_counters(const char *directory, struct scale_copy *copy, size_t count, struct error *error)
{
	struct scale_copy **of = NULL;
	size_t runs = 0;
	struct table t;
	char path[4300];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_counters.name);
	code = table_read_optional(&t, path, &schema_counters, error);
	if (code)
		return code;
	for (size_t i = 0; i < count; i++)
		runs = (size_t)fmax((double)runs, table_number_of(copy[i].runs, copy[i].row, "run") + 1);
	of = calloc(runs + 1, sizeof(struct scale_copy *));
	for (size_t i = 0; of && i < count; i++)
		of[(size_t)table_number_of(copy[i].runs, copy[i].row, "run")] = &copy[i];
	for (size_t row = 0; of && row < t.rows; row++) {
		const char *event = table_text_of(&t, row, "event");
		double run = table_number_of(&t, row, "run"), value = table_number_of(&t, row, "value");
		struct scale_copy *c = run >= 0 && run < (double)runs ? of[(size_t)run] : NULL;

		if (c && strcmp(event, "run_delay") == 0)
			c->wait_cpu_ns = (isnan(c->wait_cpu_ns) ? 0 : c->wait_cpu_ns) + value;
		if (c && strcmp(event, "max_resident") == 0)
			c->resident_bytes = value;
	}
	table_free(&t);
	free(of);
	return of ? 0 : error_set(error, ENOMEM, "cannot read results");
}

/* By workload, configuration, number, directory and block: copies that ran at once are neighbours. */
static int by_place(const void *a, const void *b)
{
	const struct scale_copy *x = a, *y = b;
	int order = strcmp(text(x, "workload"), text(y, "workload"));

	if (order == 0)
		order = x->config < y->config ? -1 : x->config > y->config;
	if (order == 0)
		order = x->n < y->n ? -1 : x->n > y->n;
	if (order == 0)
		order = x->directory < y->directory ? -1 : x->directory > y->directory;
	return order ? order : x->block < y->block ? -1 : x->block > y->block;
}

static bool same_series(const struct scale_copy *a, const struct scale_copy *b)
{
	return a->config == b->config && strcmp(text(a, "workload"), text(b, "workload")) == 0;
}

/* Cores that a copy has to itself: none where the scheduler decides and nobody polls. */
static double kept(const struct table *t, size_t row)
{
	const char *scheduling = table_text_of(t, row, "scheduling");

	return strcmp(scheduling, "pinned") == 0 || strcmp(scheduling, "fifo") == 0 ||
			       table_is(t, row, "transport", "ring")
		       ? table_number_of(t, row, "cores_held")
		       : 0;
}

/* Undisturbed by probes, in a block, and ok. */
static size_t take_rows(const struct table *t, size_t directory, const struct names *configs,
			struct scale_copy *copy)
{
	size_t count = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double vms = table_number_of(t, row, "vms"), block = table_number_of(t, row, "block");
		const char *flags = table_text_of(t, row, "flags");

		if (!table_is(t, row, "status", "ok") || !(block > 0) ||
		    !(table_number_of(t, row, "wall_ns") > 0) || !(table_number_of(t, row, "run") >= 0) ||
		    flags_have(flags, "observed"))
			continue;
		copy[count++] =
			(struct scale_copy){ .runs = t,
					     .row = row,
					     .directory = directory,
					     .config = names_find(configs, table_text_of(t, row, "config")),
					     .n = vms >= 1 ? (size_t)vms : 1,
					     .block = block,
					     .wall_ns = table_number_of(t, row, "wall_ns"),
					     .cpu_ns = sum_of(t, row, work),
					     .spin_ns = sum_of(t, row, spin),
					     .wait_cpu_ns = NAN,
					     .resident_bytes = NAN,
					     .held = kept(t, row) };
	}
	return count;
}

static int make_series(struct scale_series *s, const struct scale_copy *c, size_t count, double share)
{
	int code;

	*s = (struct scale_series){ .workload = text(c, "workload"),
				    .config = text(c, "config"),
				    .label = text(c, "label") };
	s->point = calloc(count + 1, sizeof(*s->point));
	code = s->point ? 0 : -ENOMEM;
	for (size_t i = 0, next; code == 0 && i < count; i = next) {
		struct scale_point *p = &s->point[s->points];

		for (next = i; next < count && c[next].n == c[i].n; next++)
			s->cores = fmax(s->cores, table_number_of(c[next].runs, c[next].row, "cpus"));
		code = scale_make_point(p, c + i, next - i, share);
		if (p->blocks > 0)
			s->points++;
		else
			free(p->run);
	}
	return code;
}

static int group(struct scale_results *r, struct scale_copy *copy, size_t count, double share)
{
	int code = 0;

	qsort(copy, count, sizeof(*copy), by_place);
	r->series = calloc(count + 1, sizeof(*r->series));
	if (r->series == NULL)
		return -ENOMEM;
	for (size_t i = 0, next; code == 0 && i < count; i = next) {
		for (next = i; next < count && same_series(&copy[i], &copy[next]); next++)
			;
		code = make_series(&r->series[r->count++], copy + i, next - i, share);
	}
	return code;
}

static int read_tables(struct scale_results *r, const char *const *directories, struct names *configs,
		       struct error *error)
{
	size_t count = 0;
	int code = 0;

	while (directories[count])
		count++;
	r->runs = calloc(count + 1, sizeof(*r->runs));
	if (r->runs == NULL)
		return error_set(error, ENOMEM, "cannot read results");
	for (size_t i = 0; code == 0 && i < count; i++) {
		char path[4300];

		snprintf(path, sizeof(path), "%s/%s", directories[i], schema_runs.name);
		code = table_read(&r->runs[i], path, &schema_runs, error);
		if (code == -ENOENT)
			error_mend(error, "name a directory that vmtax scale --out or vmtax run --vms wrote");
		r->directories += code == 0;
		if (code == 0 && names_collect(configs, &r->runs[i], "config"))
			code = error_set(error, ENOMEM, "cannot read results");
	}
	names_order_configs(configs);
	return code;
}

int scale_read(struct scale_results *r, const char *const *directories, double share, struct error *error)
{
	struct names configs = { 0 };
	struct scale_copy *copy;
	size_t rows = 0, count = 0, points = 0;
	int code;

	*r = (struct scale_results){ 0 };
	code = read_tables(r, directories, &configs, error);
	for (size_t i = 0; i < r->directories; i++)
		rows += r->runs[i].rows;
	copy = calloc(rows + 1, sizeof(*copy));
	for (size_t i = 0; copy && code == 0 && i < r->directories; i++) {
		size_t more = take_rows(&r->runs[i], i, &configs, copy + count);

		code = add_counters(directories[i], copy + count, more, error);
		count += more;
	}
	if (code == 0 && (!copy || group(r, copy, count, share)))
		code = error_set(error, ENOMEM, "cannot read results");
	free(copy);
	names_free(&configs);
	if (code)
		return code;
	for (size_t i = 0; i < r->count; i++)
		points += r->series[i].points;
	return points ? 0
		      : error_fail(error, 0, "name directories that vmtax run --vms wrote",
				   "no block has all of its copies and their times");
}

void scale_free(struct scale_results *r)
{
	for (size_t i = 0; i < r->count; i++) {
		for (size_t k = 0; k < r->series[i].points; k++)
			free(r->series[i].point[k].run);
		free(r->series[i].point);
	}
	for (size_t i = 0; i < r->directories; i++)
		table_free(&r->runs[i]);
	free(r->series);
	free(r->runs);
	*r = (struct scale_results){ 0 };
}
