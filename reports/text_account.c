/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "base/stats.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* The account of a trace as text: a thread a block, a layer a line; the exits below. */
#define LAYER_WIDTH  14
#define THREADS	     12 /* have blocks of their own, at most: those that were there longest */
#define LINES	     24
#define BAR	     30
#define REASON_WIDTH 26

/* One block: a thread, or several. */
struct line {
	const char *layer, *source;
	double ns;
};

struct block {
	const char *name;
	double wall_ns;
	struct line line[LINES];
	size_t lines;
};

static void add_line(struct block *b, struct line line)
{
	size_t i = 0;

	b->wall_ns += line.ns;
	while (i < b->lines &&
	       (strcmp(b->line[i].layer, line.layer) != 0 || strcmp(b->line[i].source, line.source) != 0))
		i++;
	if (i < b->lines)
		b->line[i].ns += line.ns;
	else if (i < LINES)
		b->line[b->lines++] = line;
}

static void put_bar(FILE *out, double share)
{
	int length = (int)(share * BAR + 0.5);

	for (int i = 0; i < BAR; i++)
		fputs(i < length ? "#" : " ", out);
}

static void put_block(const struct text_page *page, const struct block *b)
{
	char time[32];

	text_put_title(page, b->name, units_print_time(b->wall_ns, time, sizeof(time)));
	for (size_t i = 0; i < b->lines; i++) {
		const struct line *l = &b->line[i];
		double share = b->wall_ns > 0 ? l->ns / b->wall_ns : 0;

		if (l->ns == 0 && strcmp(l->layer, "unattributed") == 0)
			continue;
		text_put_name(page->out, l->layer, LAYER_WIDTH);
		fprintf(page->out, "%10s %6.2f %% ", units_print_time(l->ns, time, sizeof(time)),
			100 * share);
		put_bar(page->out, share);
		fprintf(page->out, " %s\n", l->source);
	}
}

/* Time from which a thread has a block of its own, where not all have. */
static double least_of(const struct block *block, size_t threads)
{
	double least = 0, *wall = threads > THREADS ? malloc(threads * sizeof(*wall)) : NULL;

	if (wall == NULL)
		return 0;
	for (size_t i = 0; i < threads; i++)
		wall[i] = block[i].wall_ns;
	stats_sort(wall, threads);
	least = wall[threads - THREADS];
	free(wall);
	return least;
}

/* Each thread's block into BLOCK, which has room; how many. A thread's rows follow each other. */
static size_t collect(const struct table *layers, struct block *block)
{
	size_t threads = 0;

	for (size_t row = 0; row < layers->rows; row++) {
		if (row == 0 || !table_alike(layers, row, row - 1, "thread"))
			block[threads++].name = table_text_of(layers, row, "thread");
		add_line(&block[threads - 1], (struct line){ table_text_of(layers, row, "layer"),
							     table_text_of(layers, row, "source"),
							     table_number_of(layers, row, "ns") });
	}
	return threads;
}

/* The threads that were there longest, and the others as one. */
static int put_threads(const struct text_page *page, const struct table *layers)
{
	struct block *block = calloc(layers->rows + 1, sizeof(*block)), others = { 0 };
	size_t threads, shown = 0;
	double least;
	char name[64];

	if (block == NULL)
		return -ENOMEM;
	threads = collect(layers, block);
	least = least_of(block, threads);
	for (size_t i = 0; i < threads; i++)
		if (block[i].wall_ns >= least && shown < THREADS) {
			put_block(page, &block[i]);
			shown++;
		} else {
			for (size_t l = 0; l < block[i].lines; l++)
				add_line(&others, block[i].line[l]);
		}
	snprintf(name, sizeof(name), "%zu others", threads - shown);
	others.name = name;
	if (shown < threads)
		put_block(page, &others);
	free(block);
	return 0;
}

static void put_exits(const struct text_page *page, const struct table *exits)
{
	char total[32], p50[32], p90[32], p99[32], most[32];

	if (exits->rows == 0)
		return;
	text_put_title(page, "Exits from the guest", "until it goes on, waiting left out but in halts");
	fprintf(page->out, "%-*s%8s%9s%9s%9s%9s%9s\n", REASON_WIDTH, "reason", "count", "total", "median",
		"P90", "P99", "longest");
	for (size_t row = 0; row < exits->rows; row++) {
		text_put_name(page->out, table_text_of(exits, row, "reason"), REASON_WIDTH);
		fprintf(page->out, "%8.0f%9s%9s%9s%9s%9s\n", table_number_of(exits, row, "count"),
			units_print_time(table_number_of(exits, row, "total_ns"), total, sizeof(total)),
			units_print_time(table_number_of(exits, row, "p50_ns"), p50, sizeof(p50)),
			units_print_time(table_number_of(exits, row, "p90_ns"), p90, sizeof(p90)),
			units_print_time(table_number_of(exits, row, "p99_ns"), p99, sizeof(p99)),
			units_print_time(table_number_of(exits, row, "max_ns"), most, sizeof(most)));
	}
}

static void put_facts(const struct text_page *page, const struct table *layers,
		      const struct report_account *a)
{
	double all = 0, rest = 0, sampled = 0, inferred = 0;
	char line[300], time[32];

	for (size_t row = 0; row < layers->rows; row++) {
		double ns = table_number_of(layers, row, "ns");

		all += ns;
		rest += table_is(layers, row, "layer", "unattributed") ? ns : 0;
		sampled += table_is(layers, row, "source", "sampled") ? ns : 0;
		inferred += table_is(layers, row, "source", "inferred") ? ns : 0;
	}
	inferred -= rest;
	fputc('\n', page->out);
	snprintf(line, sizeof(line),
		 "Of the time %.1f %% is known exactly, %.1f %% by samples, %.1f %% is inferred and %.2f %% "
		 "unattributed, from %llu events.",
		 all > 0 ? 100 * (all - sampled - inferred - rest) / all : 0,
		 all > 0 ? 100 * sampled / all : 0, all > 0 ? 100 * inferred / all : 0,
		 all > 0 ? 100 * rest / all : 0, (unsigned long long)a->events);
	text_put_wrapped(page, '*', line);
	if (a->recorder_ns > 0) {
		snprintf(line, sizeof(line), "Recording them took %s of CPU time beside the process.",
			 units_print_time(a->recorder_ns, time, sizeof(time)));
		text_put_wrapped(page, '*', line);
	}
	if (a->sampled)
		text_put_wrapped(page, '*',
				 "This KVM does not tell when it enters a guest: the kernel's ticks divide "
				 "the time in "
				 "KVM_RUN. They count as the guest's what KVM does for it at an interrupt.");
	if (a->lost) {
		snprintf(line, sizeof(line), "%llu events were lost: what happened then is unattributed.",
			 (unsigned long long)a->lost);
		text_put_wrapped(page, '!', line);
	}
	if (a->cut)
		text_put_wrapped(page, '!',
				 "The trace was cut off or damaged: this is the account up to its last sound "
				 "event.");
}

static int put_all(struct text_page *page, const struct table *layers, const struct table *exits,
		   const struct report_account *account)
{
	int code = put_threads(page, layers);

	put_exits(page, exits);
	put_facts(page, layers, account);
	return code;
}

int report_account_print(struct report_page on, const struct report_account *account, struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table layers = { 0 }, exits = { 0 };
	struct whole whole;
	int code = table_read(&layers, account->layers, &schema_layers, error);

	if (code == 0)
		code = table_read(&exits, account->exits, &schema_exits, error);
	if (code == 0)
		code = whole_open(&whole, error);
	if (code == 0) {
		page.out = whole.out;
		if (put_all(&page, &layers, &exits, account) < 0) {
			whole_abandon(&whole);
			code = error_set(error, ENOMEM, "cannot print the account");
		} else {
			code = whole_print(&whole, on.out, "the account", error);
		}
	}
	table_free(&layers);
	table_free(&exits);
	return code;
}
