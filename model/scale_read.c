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

/* One repetition that counts. */
struct copy {
	const struct table *runs;
	size_t row, directory;
	size_t n; /* copies at once */
	double block, wall_ns, cpu_ns, held;
};

static const char *text(const struct copy *c, const char *column)
{
	return table_text(c->runs, c->row, table_column(c->runs, column));
}

static double number(const struct table *t, size_t row, const char *column)
{
	return table_number(t, row, table_column(t, column));
}

static double cpu_of(const struct table *t, size_t row)
{
	static const char *const columns[] = { "cpu_vcpu_ns",	     "cpu_monitor_ns",	 "cpu_driver_busy_ns",
					       "cpu_driver_spin_ns", "cpu_vcpu_spin_ns", "cpu_kthread_ns" };
	double sum = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		sum += number(t, row, columns[i]);
	return sum;
}

/* By workload, configuration, number, directory and block: copies that ran at once are neighbours. */
static int by_place(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	int order = strcmp(text(x, "workload"), text(y, "workload"));

	if (order == 0)
		order = strcmp(text(x, "config"), text(y, "config"));
	if (order == 0)
		order = x->n < y->n ? -1 : x->n > y->n;
	if (order == 0)
		order = x->directory < y->directory ? -1 : x->directory > y->directory;
	return order ? order : x->block < y->block ? -1 : x->block > y->block;
}

static bool same_series(const struct copy *a, const struct copy *b)
{
	return strcmp(text(a, "workload"), text(b, "workload")) == 0 &&
	       strcmp(text(a, "config"), text(b, "config")) == 0;
}

/* Undisturbed by probes, in a block, and ok. */
static size_t take_rows(const struct table *t, size_t directory, struct copy *copy)
{
	size_t count = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double vms = number(t, row, "vms"), block = number(t, row, "block");
		const char *flags = table_text(t, row, table_column(t, "flags"));

		if (strcmp(table_text(t, row, table_column(t, "status")), "ok") != 0 || !(block > 0) ||
		    !(number(t, row, "wall_ns") > 0) || flags_have(flags, "observed"))
			continue;
		copy[count++] = (struct copy){ .runs = t,
					       .row = row,
					       .directory = directory,
					       .n = vms >= 1 ? (size_t)vms : 1,
					       .block = block,
					       .wall_ns = number(t, row, "wall_ns"),
					       .cpu_ns = cpu_of(t, row),
					       .held = number(t, row, "cores_held") };
	}
	return count;
}

/* COUNT copies of one series and number; ROOM is for 3 x COUNT. Blocks of which a copy failed do not count.
 */
static void make_point(struct scale_point *p, const struct copy *c, size_t count, double *room)
{
	double *rate = room, *wall = room + count, *cpu = room + 2 * count, held = 0;
	size_t kept = 0;

	*p = (struct scale_point){ .n = c->n };
	for (size_t i = 0, next; i < count; i = next) {
		double sum = 0;

		for (next = i;
		     next < count && c[next].directory == c[i].directory && c[next].block == c[i].block;
		     next++)
			sum += 1e9 / c[next].wall_ns;
		if (next - i != c->n)
			continue;
		rate[p->blocks++] = sum;
		for (size_t k = i; k < next; k++) {
			wall[kept] = c[k].wall_ns;
			cpu[kept++] = c[k].cpu_ns;
			held += c[k].held;
		}
	}
	p->throughput = stats_median(rate, p->blocks, MODEL_LEVEL);
	p->cpu_ns = stats_median(cpu, kept, MODEL_LEVEL).value;
	stats_sort(wall, kept);
	p->p50_ns = stats_quantile(wall, kept, 0.5);
	p->p95_ns = stats_quantile(wall, kept, 0.95);
	p->held = p->blocks ? held / (double)p->blocks : 0;
}

static int make_series(struct scale_series *s, const struct copy *c, size_t count)
{
	double *room = calloc(3 * count, sizeof(*room));

	*s = (struct scale_series){ .workload = text(c, "workload"),
				    .config = text(c, "config"),
				    .label = text(c, "label") };
	s->point = calloc(count, sizeof(*s->point));
	if (!s->point || !room) {
		free(room);
		return -ENOMEM;
	}
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i; next < count && c[next].n == c[i].n; next++)
			s->cores = fmax(s->cores, number(c[next].runs, c[next].row, "cpus"));
		make_point(&s->point[s->points], c + i, next - i, room);
		s->points += s->point[s->points].blocks > 0;
	}
	free(room);
	return 0;
}

static int group(struct scale_results *r, struct copy *copy, size_t count)
{
	int code = 0;

	qsort(copy, count, sizeof(*copy), by_place);
	r->series = calloc(count + 1, sizeof(*r->series));
	if (r->series == NULL)
		return -ENOMEM;
	for (size_t i = 0, next; code == 0 && i < count; i = next) {
		for (next = i; next < count && same_series(&copy[i], &copy[next]); next++)
			;
		code = make_series(&r->series[r->count++], copy + i, next - i);
	}
	return code;
}

static int read_tables(struct scale_results *r, const char *const *directories, struct error *error)
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
		r->directories += code == 0;
	}
	return code;
}

int scale_read(struct scale_results *r, const char *const *directories, struct error *error)
{
	struct copy *copy;
	size_t rows = 0, count = 0, points = 0;
	int code;

	*r = (struct scale_results){ 0 };
	code = read_tables(r, directories, error);
	if (code)
		return code;
	for (size_t i = 0; i < r->directories; i++)
		rows += r->runs[i].rows;
	copy = calloc(rows + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < r->directories; i++)
		count += take_rows(&r->runs[i], i, copy + count);
	code = copy ? group(r, copy, count) : -ENOMEM;
	free(copy);
	if (code)
		return error_set(error, -code, "cannot read results");
	for (size_t i = 0; i < r->count; i++)
		points += r->series[i].points;
	return points ? 0
		      : error_fail(error, 0, "name directories that vmtax run --vms wrote",
				   "no block has all of its copies and their times");
}

void scale_free(struct scale_results *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->series[i].point);
	for (size_t i = 0; i < r->directories; i++)
		table_free(&r->runs[i]);
	free(r->series);
	free(r->runs);
	*r = (struct scale_results){ 0 };
}
