/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/mixes_priv.h"

/* Runs of loads, by configuration, load and program. */
#define VMS_MOST  1024
#define WARM_OPEN 0.1 /* of the time of an open load does not count */

/* One run. */
struct row {
	const struct table *t;
	size_t row, directory, config; /* config: its place among configurations */
	double block, rate;	       /* rate: 0 where there is none */
};

static const char *text(const struct row *r, const char *column)
{
	return table_text_of(r->t, r->row, column);
}

static double number(const struct row *r, const char *column)
{
	return table_number_of(r->t, r->row, column);
}

static int by_load(const struct row *x, const struct row *y)
{
	int order = x->config < y->config ? -1 : x->config > y->config;

	if (order == 0)
		order = strcmp(text(x, "load"), text(y, "load"));
	return order ? order : x->rate < y->rate ? -1 : x->rate > y->rate;
}

static int by_part(const struct row *x, const struct row *y)
{
	int order = by_load(x, y);

	return order ? order : strcmp(text(x, "program"), text(y, "program"));
}

static int by_place(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = by_part(x, y);

	if (order == 0)
		order = x->directory < y->directory ? -1 : x->directory > y->directory;
	return order ? order : x->block < y->block ? -1 : x->block > y->block;
}

static bool same_block(const struct row *a, const struct row *b)
{
	return a->directory == b->directory && a->block == b->block;
}

/* From when the load of ROW counts in its block. A VM's first run finds nothing as the later ones do. ALL:
 * its runs in all blocks. */
static double warm_ns(const struct row *all, size_t count, const struct row *row)
{
	double last = 0, half = number(row, "for_ns") / 2;

	if (row->rate > 0)
		return number(row, "for_ns") * WARM_OPEN;
	for (size_t i = 0; i < count; i++)
		if (same_block(&all[i], row) && number(&all[i], "turn") == 1)
			last = fmax(last, number(&all[i], "ended_ns"));
	return fmin(last, half);
}

/* How much of a run lies between FROM and TO. */
static double part_of(const struct row *r, double from, double to)
{
	double begun = number(r, "begun_ns"), ended = number(r, "ended_ns");
	double within = fmin(ended, to) - fmax(begun, from);

	return within > 0 ? within / (ended - begun) : 0;
}

static double seconds(const struct row *r, const char *column)
{
	double ns = number(r, column);

	return isnan(ns) ? 0 : ns / 1e9;
}

static void take_run(struct mix_part *p, const struct row *r)
{
	struct simulate_run *run = &p->run[p->runs];

	p->took_s[p->runs++] = (number(r, "ended_ns") - number(r, "intended_ns")) / 1e9;
	*run = simulate_run_on_free(seconds(r, "cpu_ns"),
				    (number(r, "ended_ns") - number(r, "begun_ns")) / 1e9,
				    number(r, "wait_cpu_ns") / 1e9);
	p->demand_s += run->cpu;
	p->alone_s += run->wall;
	p->setup_s += seconds(r, "setup_ns");
	p->cpu_setup_s += seconds(r, "cpu_setup_ns");
	p->cpu_ns += 1e9 * run->cpu + 1e9 * seconds(r, "spin_ns");
	p->wait_cpu_ns += number(r, "wait_cpu_ns");
	p->held += seconds(r, "cores_held") * 1e9 * (double)p->vms;
	p->resident_bytes += number(r, "resident_bytes") * (double)p->vms;
}

static void take_means(struct mix_part *p)
{
	double *const sums[] = { &p->demand_s, &p->alone_s,	&p->setup_s,	    &p->cpu_setup_s,
				 &p->cpu_ns,   &p->wait_cpu_ns, &p->resident_bytes, &p->held };

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		*sums[i] = p->runs ? *sums[i] / (double)p->runs : (double)NAN;
	p->others /= (double)p->blocks;
	stats_sort(p->took_s, p->runs);
}

/* Whether others kept the machine busy in the block of R. */
static bool is_busy(const struct row *r)
{
	return number(r, "others_cores") > MODEL_BUSY * number(r, "cores");
}

/* Whether they did in each of the COUNT rows' blocks: else those where they did do not count. */
static bool all_busy(const struct row *r, size_t count)
{
	bool busy = true;

	for (size_t i = 0; i < count; i++)
		busy &= is_busy(&r[i]);
	return busy;
}

/* The COUNT rows of one part, of ALL. */
static int make_part(struct mix_part *p, const struct row *all, size_t rows, const struct row *r,
		     size_t count)
{
	double *rate = calloc(count + 1, sizeof(*rate));
	bool any = all_busy(r, count);

	*p = (struct mix_part){ .load = text(r, "load"),
				.config = text(r, "config"),
				.label = text(r, "label"),
				.program = text(r, "program"),
				.rate = r->rate,
				.cores = number(r, "cores"),
				.for_s = number(r, "for_ns") / 1e9,
				.vms = (size_t)number(r, "vms"),
				.keeps = NAN,
				.sim_keeps = NAN };
	p->run = calloc(count + 1, sizeof(*p->run));
	p->took_s = calloc(count + 1, sizeof(*p->took_s));
	for (size_t i = 0, next; rate && p->run && p->took_s && i < count; i = next) {
		double warm = warm_ns(all, rows, &r[i]), until = number(&r[i], "for_ns");

		for (next = i; next < count && same_block(&r[i], &r[next]); next++) {
			if (is_busy(&r[i]) && !any)
				continue;
			rate[p->blocks] += part_of(&r[next], warm, until) / ((until - warm) / 1e9);
			if (number(&r[next], "intended_ns") >= warm)
				take_run(p, &r[next]);
		}
		if (is_busy(&r[i]) && !any)
			continue;
		p->others += seconds(&r[i], "others_cores") * 1e9;
		p->blocks++;
	}
	if (rate)
		p->throughput = stats_median(rate, p->blocks, MODEL_LEVEL);
	take_means(p);
	free(rate);
	return rate && p->run && p->took_s ? 0 : -ENOMEM;
}

static int group(struct mixes *m, struct row *row, size_t count)
{
	int code = 0;

	qsort(row, count, sizeof(*row), by_place);
	m->part = calloc(count + 1, sizeof(*m->part));
	if (m->part == NULL)
		return -ENOMEM;
	for (size_t load = 0, end; code == 0 && load < count; load = end) {
		for (end = load; end < count && by_load(&row[load], &row[end]) == 0; end++)
			;
		for (size_t i = load, next; code == 0 && i < end; i = next) {
			for (next = i; next < end && by_part(&row[i], &row[next]) == 0; next++)
				;
			code = make_part(&m->part[m->count++], &row[load], end - load, &row[i], next - i);
		}
	}
	return code;
}

/* More VMs than any load has would take for ever. */
static int check_vms(const struct table *t, struct error *error)
{
	size_t column = table_column(t, "vms");

	for (size_t i = 0; i < t->rows; i++)
		if (table_number(t, i, column) > VMS_MOST) {
			error_fail(error, 0, "give it as vmtax scale wrote it", "more than %d VMs", VMS_MOST);
			return error_at(error, "%.200s:%zu:vms", t->path, t->lines[i]);
		}
	return 0;
}

static size_t take_rows(const struct table *t, size_t directory, const struct names *configs, struct row *row)
{
	size_t count = 0;

	for (size_t i = 0; i < t->rows; i++) {
		struct row *r = &row[count];

		*r = (struct row){ .t = t, .row = i, .directory = directory };
		r->config = names_find(configs, text(r, "config"));
		r->block = number(r, "block");
		r->rate = table_missing_of(t, i, "rate") ? 0 : number(r, "rate");
		count += strcmp(text(r, "status"), "ok") == 0 &&
			 number(r, "ended_ns") > number(r, "begun_ns") && number(r, "for_ns") > 0 &&
			 number(r, "vms") >= 1 && number(r, "cores") >= 1 && number(r, "intended_ns") >= 0;
	}
	return count;
}

int mixes_read(struct mixes *m, const char *const *directories, struct error *error)
{
	struct names configs = { 0 };
	struct row *row;
	size_t most = 0, rows = 0, count = 0;
	int code = 0;

	*m = (struct mixes){ 0 };
	while (directories[most])
		most++;
	m->loads = calloc(most + 1, sizeof(*m->loads));
	if (m->loads == NULL)
		return error_set(error, ENOMEM, "cannot read loads");
	for (size_t i = 0; code == 0 && i < most; i++) {
		char path[4300];

		snprintf(path, sizeof(path), "%s/%s", directories[i], schema_loads.name);
		code = table_read_optional(&m->loads[i], path, &schema_loads, error);
		m->directories += code == 0;
		if (code == 0)
			code = check_vms(&m->loads[i], error);
		rows += code == 0 ? m->loads[i].rows : 0;
		if (code == 0 && names_collect(&configs, &m->loads[i], "config"))
			code = error_set(error, ENOMEM, "cannot read loads");
	}
	if (code) {
		names_free(&configs);
		return code;
	}
	names_order_configs(&configs);
	row = calloc(rows + 1, sizeof(*row));
	for (size_t i = 0; row && i < m->directories; i++)
		count += take_rows(&m->loads[i], i, &configs, row + count);
	code = row ? group(m, row, count) : -ENOMEM;
	free(row);
	names_free(&configs);
	if (code)
		return error_set(error, -code, "cannot read loads");
	return m->count ? 0
			: error_fail(error, 0, "run them anew, for longer",
				     "no run of a load came to its end");
}

void mixes_free(struct mixes *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->part[i].run);
		free(m->part[i].took_s);
	}
	for (size_t i = 0; i < m->directories; i++)
		table_free(&m->loads[i]);
	free(m->part);
	free(m->loads);
	*m = (struct mixes){ 0 };
}
