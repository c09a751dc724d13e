/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hist.h"
#include "base/stats.h"
#include "base/units.h"
#include "cmd/launch_priv.h"
#include "cmd/nano_priv.h"
#include "cmd/verdict_priv.h"

/* Samples of an event, and what they say. */
#define HEADER "kind,ops,ticks"
#define SHOWN  "%.60s" /* of a wrong line */
#define BATCHES                                                                                              \
	40 /* in turns with the empty loop; batches of one, where operations take long, are no distribution  \
	    */
#define TALLEST 1e18 /* ns: more is no time */

struct samples {
	double *op, *empty; /* ticks of one operation, of one turn; owned */
	size_t ops, empties, room;
	uint64_t operations;
	bool alone; /* each operation was timed alone */
};

static int wrong(struct error *error, size_t line, const char *text)
{
	return error_set(error, 0, "line %zu of what it printed is no %s: " SHOWN, line, HEADER, text);
}

/* Room for one more of either kind. */
static int make_room(struct samples *s, struct error *error)
{
	size_t room = s->room ? 2 * s->room : 256;
	double *op, *empty;

	if (s->ops < s->room && s->empties < s->room)
		return 0;
	op = realloc(s->op, room * sizeof(*op));
	s->op = op ? op : s->op;
	empty = op ? realloc(s->empty, room * sizeof(*empty)) : NULL;
	s->empty = empty ? empty : s->empty;
	if (!op || !empty)
		return error_set(error, ENOMEM, "cannot read samples");
	s->room = room;
	return 0;
}

/* A line of three fields; it is changed. */
static int take_line(struct samples *s, char *line, struct error *error)
{
	char *kind = strsep(&line, ","), *first = strsep(&line, ","), *second = strsep(&line, ",");
	uint64_t ops, ticks;
	struct error inner;
	int code;

	if (!first || !second || line || units_parse_count(first, UINT64_MAX, &ops, &inner) ||
	    units_parse_count(second, UINT64_MAX, &ticks, &inner) || ops == 0)
		return -EINVAL;
	code = make_room(s, error);
	if (code)
		return code;
	if (strcmp(kind, "empty") == 0) {
		s->empty[s->empties++] = (double)ticks / (double)ops;
	} else if (strcmp(kind, "op") == 0) {
		s->op[s->ops++] = (double)ticks / (double)ops;
		s->operations += ops;
		s->alone &= ops == 1;
	} else {
		return -EINVAL;
	}
	return 0;
}

static int read_lines(FILE *file, struct samples *s, struct error *error)
{
	char *line = NULL, *copy;
	size_t size = 0, number = 0;
	int code = 0;

	while (code == 0 && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		copy = strdup(line);
		if (!copy)
			code = error_set(error, ENOMEM, "cannot read samples");
		else if (++number == 1)
			code = strcmp(line, HEADER) == 0 ? 0 : wrong(error, number, line);
		else if ((code = take_line(s, copy, error)) == -EINVAL)
			code = wrong(error, number, line);
		free(copy);
	}
	free(line);
	if (code == 0 && s->ops == 0)
		code = error_set(error, 0, "it printed no sample of the event");
	return code;
}

/* How long operations took, the empty loop's own time subtracted. */
static int work_out(struct samples *s, uint64_t tsc_hz, struct nano *nano, struct error *error)
{
	double ns = 1e9 / (double)tsc_hz, empty;

	stats_sort(s->empty, s->empties);
	empty = s->empties ? stats_quantile(s->empty, s->empties, 0.5) : 0;
	s->alone &= s->empties == 0 || s->ops > BATCHES;
	if (s->alone)
		nano->hist = calloc(1, sizeof(*nano->hist));
	if (s->alone && !nano->hist)
		return error_set(error, ENOMEM, "cannot read samples");
	for (size_t i = 0; i < s->ops; i++) {
		s->op[i] -= empty;
		if (nano->hist)
			hist_add(nano->hist, (uint64_t)fmin(fmax(round(s->op[i] * ns), 0), TALLEST));
	}
	stats_sort(s->op, s->ops);
	nano->n = s->ops;
	nano->ops = s->operations;
	nano->empty_ns = s->empties ? empty * ns : NAN;
	nano->tsc_ticks = stats_quantile(s->op, s->ops, 0.5);
	nano->median_ns = nano->tsc_ticks * ns;
	nano->p90_ns = stats_quantile(s->op, s->ops, 0.9) * ns;
	nano->p99_ns = stats_quantile(s->op, s->ops, 0.99) * ns;
	nano->max_ns = s->op[s->ops - 1] * ns;
	return 0;
}

int nano_read(int fd, uint64_t tsc_hz, struct nano **nano, struct error *error)
{
	int copy = dup(fd), code;
	FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
	struct samples s = { .alone = true };

	*nano = calloc(1, sizeof(**nano));
	if (!file || !*nano) {
		code = error_set(error, errno, "cannot read samples");
		if (!file && copy >= 0)
			close(copy);
	} else {
		rewind(file);
		code = read_lines(file, &s, error);
	}
	if (code == 0)
		code = work_out(&s, tsc_hz, *nano, error);
	if (file)
		fclose(file);
	free(s.op);
	free(s.empty);
	if (code) {
		nano_free(*nano);
		*nano = NULL;
	}
	return code;
}

void nano_free(struct nano *nano)
{
	if (nano)
		free(nano->hist);
	free(nano);
}

/* Why it could not be done, as the launcher found. */
static void say_unsupported(struct measurement *m)
{
	char why[sizeof(m->reason)];

	memcpy(why, m->reason, sizeof(why));
	measurement_fail(m, RUN_UNSUPPORTED, "%s%s", m->status == RUN_CRASHED ? "it crashed: " : "", why);
}

void nano_judge(struct measurement *m, const struct workload *workload, uint64_t tsc_hz)
{
	const struct reference unknown = { .known = false };
	struct error error = { 0 };
	int code;

	if (m->status == RUN_OK && m->exit_code == VMM_STATUS_UNABLE) {
		measurement_fail(m, RUN_UNSUPPORTED, "%s",
				 m->last_words[0] ? m->last_words : "it ended with status 77");
		return;
	}
	if (m->status != RUN_OK) {
		say_unsupported(m);
		return;
	}
	verdict_judge(m, &unknown, "");
	if (m->status != RUN_OK || m->stdout_fd < 0)
		return;
	code = nano_read(m->stdout_fd, tsc_hz, &m->nano, &error);
	if (code && !(workload->staged && m->report))
		measurement_fail(m, RUN_FAILED, "%s", error.what);
}
