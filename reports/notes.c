/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/reports_priv.h"
#include "reports/spent_priv.h"

#define OBSERVED_LEAST	6 /* cells, fewer of which say nothing of the observer's cost: one repetition each */
#define NAMED_WORKLOADS 3 /* so many are named, the others counted */

/* What several rows say alike. */
struct note {
	char mark;
	char *text;	  /* owned */
	const char *noun; /* what was counted: "run" */
	size_t count;
	struct names workloads;
};

struct notes {
	struct note *note; /* count; owned */
	size_t count;
};

/* Finds or begins the note that says TEXT, which it takes over. NULL when memory is short. */
static struct note *find_note(struct notes *notes, char mark, char *text, const char *noun)
{
	struct note *grown;

	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->note[i].noun, noun) == 0 && strcmp(notes->note[i].text, text) == 0) {
			free(text);
			return &notes->note[i];
		}
	grown = realloc(notes->note, (notes->count + 1) * sizeof(*grown));
	if (!grown) {
		free(text);
		return NULL;
	}
	notes->note = grown;
	grown[notes->count] = (struct note){ .mark = mark, .text = text, .noun = noun };
	return &grown[notes->count++];
}

static int add(struct notes *notes, char mark, const char *noun, const char *workload, char *text)
{
	struct note *note = text ? find_note(notes, mark, text, noun) : NULL;

	if (!note || names_add(&note->workloads, workload) < 0)
		return -ENOMEM;
	note->count++;
	return 0;
}

static char *join(const char *first, const char *second, const char *third)
{
	char *text;

	return asprintf(&text, "%s%s%s", first, second, third) < 0 ? NULL : text;
}

static int add_fallback(struct notes *notes, const struct table *runs, size_t row)
{
	const char *label = table_text_of(runs, row, "label"), *reason = table_text_of(runs, row, "reason");

	if (!*label || table_is(runs, row, "config", label) || !table_is(runs, row, "status", "ok"))
		return 0;
	if (table_missing_of(runs, row, "reason"))
		reason = "a knob fell back; no reason was recorded";
	return add(notes, '*', "run", table_text_of(runs, row, "workload"), join(label, ": ", reason));
}

static int add_failure(struct notes *notes, const struct table *runs, size_t row)
{
	const char *status = table_text_of(runs, row, "status"), *config = table_text_of(runs, row, "config");
	char *what;
	int result;

	if (strcmp(status, "ok") == 0 || table_is(runs, row, "class", "nano"))
		return 0; /* of events the reasons stand below their costs */
	what = join(*status ? status : "no status", ": ",
		    table_missing_of(runs, row, "reason") ? "no reason was recorded"
							  : table_text_of(runs, row, "reason"));
	if (!what)
		return -ENOMEM;
	result = add(notes, '!', "run", table_text_of(runs, row, "workload"), join(config, " ", what));
	free(what);
	return result;
}

/* What flags mean to a reader. */
static const struct flag {
	const char *name, *meaning; /* NULL: not told here */
	const char *noun;	    /* whom it is told of: estimates repeat the flags of their runs */
} flags_known[] = {
	{ "observed", NULL, NULL }, /* told in numbers, by the estimates of the observer */
	{ "resumed", NULL, NULL },  /* nothing is wrong with it */
	{ "unprobed", NULL, NULL }, /* likewise, by pairs */
	{ "steal", "others took over 1 % of the CPU time meanwhile", "run" },
	{ "drift", "the processor's speed was off by more than 2 %", "run" },
	{ "roi-mismatch", "its own clock and the one outside differ over its region of interest", "run" },
	{ "startup",
	  "it marks no region of interest, and start-up is over 1 % of its life: vmtax run --help tells of "
	  "marks",
	  "run" },
	{ "nondeterministic", "it prints something else each time", "run" },
	{ "unserved", "it made system calls the guest does not serve", "run" },
	{ "multiplexed", "some of its counters had to take turns, and counted part of the time", "run" },
	{ "events-lost", "its trace lost events: what happened then is unattributed", "run" },
	{ "program-changed", "its program was built anew or replaced between repetitions", "estimate" },
	{ "few-blocks", "too few blocks for an interval", "estimate" },
	{ "disturbed", "steal or drift met so many blocks that they had to count", "estimate" },
	{ "outlier", "some block is far from the others", "estimate" },
	{ "slow-first", "the first block was slower than the others", "estimate" },
};

/* The known flag at the beginning of TEXT, LENGTH bytes, or NULL. */
static const struct flag *find_flag(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(flags_known) / sizeof(*flags_known); i++)
		if (strlen(flags_known[i].name) == length && strncmp(text, flags_known[i].name, length) == 0)
			return &flags_known[i];
	return NULL;
}

static int add_flag(struct notes *notes, const char *flag, size_t length, const char *workload,
		    const char *noun)
{
	const struct flag *known = find_flag(flag, length);
	char *text;

	if (known && (!known->meaning || strcmp(known->noun, noun) != 0))
		return 0;
	if (asprintf(&text, "flagged %.*s%s%s", (int)length, flag, known ? ": " : "",
		     known ? known->meaning : "") < 0)
		return -ENOMEM;
	return add(notes, '!', noun, workload, text);
}

/* One note for each flag in the row, whatever the configuration. */
static int add_flags(struct notes *notes, const struct table *table, size_t row, const char *noun)
{
	const char *flags = table_text_of(table, row, "flags");
	int status = 0;

	while (status == 0 && *(flags += strspn(flags, " "))) {
		size_t length = strcspn(flags, " ");

		status = add_flag(notes, flags, length, table_text_of(table, row, "workload"), noun);
		flags += length;
	}
	return status;
}

/* What arose with an estimate is told of the times alone. */
static int add_estimate_flags(struct notes *notes, const struct result *result, size_t row)
{
	const struct table *overhead = &result->overhead;

	if (!table_is(overhead, row, "metric", "time") ||
	    !table_is(overhead, row, "baseline", result->baseline))
		return 0;
	return add_flags(notes, overhead, row, "estimate");
}

/* The observer's cost: what it did to the median cell, and to the one it hit most. */
static int put_observer(const struct result *result, notes_sink *sink, void *argument)
{
	const struct table *overhead = &result->overhead;
	size_t ratio = table_column(overhead, "ratio"), n = 0, worst = 0;
	double *ratios = malloc((overhead->rows + 1) * sizeof(*ratios));
	char middle[16], most[16], recorder[RECORDER_TEXT], *text;

	if (ratios == NULL)
		return -ENOMEM;
	for (size_t row = 0; row < overhead->rows; row++) {
		if (!table_is(overhead, row, "metric", "observer") || table_missing(overhead, row, ratio))
			continue;
		if (n == 0 || table_number(overhead, row, ratio) > table_number(overhead, worst, ratio))
			worst = row;
		ratios[n++] = table_number(overhead, row, ratio);
	}
	stats_sort(ratios, n);
	format_number(stats_quantile(ratios, n, 0.5), middle);
	format_number(n ? ratios[n - 1] : NAN, most);
	free(ratios);
	if (n < OBSERVED_LEAST)
		return 0;
	if (asprintf(&text,
		     "tracing and counting by perf were done apart, in repetitions between the blocks: these "
		     "took "
		     "%s times as long (median of %zu; at most %s: %s under %s)%s%s",
		     middle, n, most, table_text_of(overhead, worst, "workload"),
		     table_text_of(overhead, worst, "label"), observer_recorder(result, recorder) ? "; " : "",
		     recorder) < 0)
		return -ENOMEM;
	sink(argument, '-', text);
	free(text);
	return 0;
}

static int collect(struct notes *notes, const struct result *result)
{
	const struct table *runs = &result->runs, *overhead = &result->overhead;
	int status = 0;

	for (size_t row = 0; row < runs->rows && status == 0; row++)
		status = add_fallback(notes, runs, row);
	for (size_t row = 0; row < runs->rows && status == 0; row++)
		status = add_failure(notes, runs, row);
	for (size_t row = 0; row < runs->rows && status == 0; row++)
		status = add_flags(notes, runs, row, "run");
	for (size_t row = 0; row < overhead->rows && status == 0; row++)
		status = add_estimate_flags(notes, result, row);
	return status;
}

/* "text (12 runs of kv, log and 3 more)"; the workloads go without saying where all are meant. */
static void print(FILE *out, const struct note *note, size_t all_workloads)
{
	const struct names *workloads = &note->workloads;

	fprintf(out, "%s (%zu %s%s", note->text, note->count, note->noun, note->count == 1 ? "" : "s");
	for (size_t i = 0; i < workloads->count && i < NAMED_WORKLOADS && workloads->count < all_workloads;
	     i++)
		fprintf(out, "%s%s", i ? ", " : " of ", workloads->name[i]);
	if (workloads->count > NAMED_WORKLOADS && workloads->count < all_workloads)
		fprintf(out, " and %zu more", workloads->count - NAMED_WORKLOADS);
	fputc(')', out);
}

static int emit(const struct note *note, size_t all_workloads, notes_sink *sink, void *argument)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	print(out, note, all_workloads);
	if (fclose(out) != 0) {
		free(text);
		return -ENOMEM;
	}
	sink(argument, note->mark, text);
	free(text);
	return 0;
}

int notes_list(const struct result *result, notes_sink *sink, void *argument)
{
	struct notes notes = { 0 };
	int status = collect(&notes, result);

	for (size_t i = 0; i < notes.count && status == 0; i++)
		status = emit(&notes.note[i], result->workloads.count, sink, argument);
	for (size_t i = 0; i < notes.count; i++) {
		free(notes.note[i].text);
		names_free(&notes.note[i].workloads);
	}
	free(notes.note);
	if (status == 0)
		status = sources_list(result, sink, argument);
	if (status == 0)
		status = probed_list(result, sink, argument);
	return status ? status : put_observer(result, sink, argument);
}
