/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* Reading series: a first pass tells who, when and how often, a second one how much. */

#define CELLS_MOST   (8u << 20) /* VMs times slots: at 6 bytes for each of 5 metrics 240 MiB */
#define WIDTH_MOST   3600.0	/* seconds; a slot is no wider where memory allows */
#define SAME_STEP    0.1	/* steps that differ by less are one */
#define GAP_STEPS    1.5	/* rows further apart than this many steps have a gap between them */
#define LISTED_MOST  5		/* gaps and clock steps of one VM that are listed */
#define COUNTED_MOST UINT16_MAX

struct pass {
	struct series *series;
	struct fleet *fleet;
	double from, to;	   /* the first and last time */
	bool told[SERIES_METRICS]; /* by some row */
};

/* The step most rows are apart, where more than half are (R. S. Boyer and J. S. Moore, MJRTY, 1991). */
static void vote(struct series_vm *vm, double step)
{
	if (vm->votes == 0)
		vm->step = step;
	if (fabs(step - vm->step) <= SAME_STEP * vm->step)
		vm->votes++;
	else
		vm->votes--;
}

/* Parts of files may begin anew in time. */
static void follow(struct series_vm *vm, const struct sample *sample)
{
	if ((vm->in != sample->path || vm->part != sample->part) && sample->time <= vm->seen)
		vm->seen = NAN;
	vm->in = sample->path;
	vm->part = sample->part;
}

static int survey(void *user, const struct sample *sample, struct error *error)
{
	struct pass *p = user;
	size_t at = series_find(p->series, sample->vm, true);
	struct series_vm *vm = &p->series->vm[at];

	if (at == p->series->vms)
		return error_set(error, ENOMEM, "cannot plan");
	if (vm->rows++ == 0) {
		vm->first = vm->last = sample->time;
		vm->path = sample->path;
		vm->line = sample->line;
	}
	follow(vm, sample);
	if (sample->time > vm->seen)
		vote(vm, sample->time - vm->seen);
	vm->seen = sample->time;
	vm->first = fmin(vm->first, sample->time);
	vm->last = fmax(vm->last, sample->time);
	vm->share |= sample->share;
	p->from = fmin(p->from, sample->time);
	p->to = fmax(p->to, sample->time);
	for (size_t m = 0; m < SERIES_METRICS; m++)
		p->told[m] |= !isnan(sample->value[m]);
	return 0;
}

static int list(struct pass *p, const struct sample *sample, const struct series_vm *vm, const char *why)
{
	const struct plan_doubt doubt = {
		.path = sample->path, .line = sample->line, .vm = vm->name, .why = why
	};

	if (vm->gaps + vm->turns > LISTED_MOST)
		return 0;
	return why ? fleet_doubt(p->fleet, &doubt) : -ENOMEM;
}

/* Lists what is wrong between the row before and this one. 0 or -ENOMEM. */
static int check_time(struct pass *p, struct series_vm *vm, const struct sample *sample)
{
	double passed = sample->time - vm->seen;

	if (passed <= 0) {
		vm->turns++;
		return list(p, sample, vm,
			    passed < 0
				    ? fleet_text(p->fleet,
						 "its clock was put back by %.6g s here: what it says of a "
						 "time twice is averaged",
						 -passed)
				    : "this time is there twice: what it says is averaged");
	}
	if (!(passed > GAP_STEPS * vm->step) || sample->time <= vm->checked)
		return 0;
	vm->gaps++;
	return list(p, sample, vm,
		    fleet_text(p->fleet,
			       "there is a gap of %.6g s before this row: what it used then is taken as "
			       "before",
			       passed));
}

static int fill(void *user, const struct sample *sample, struct error *error)
{
	struct pass *p = user;
	struct series *s = p->series;
	size_t at = series_find(s, sample->vm, false), slot;
	struct series_vm *vm = &s->vm[at];

	if (at == s->vms || sample->time < s->start ||
	    sample->time >= s->start + (double)s->slots * s->width) {
		error_fail(error, 0, "plan when it is complete", "the file is being written to");
		return error_at(error, "%s:%zu", sample->path, sample->line);
	}
	follow(vm, sample);
	if (check_time(p, vm, sample) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	vm->seen = sample->time;
	vm->checked = fmax(vm->checked, sample->time);
	slot = at * s->slots + (size_t)((sample->time - s->start) / s->width);
	for (size_t m = 0; m < SERIES_METRICS; m++)
		if (!isnan(sample->value[m]) && s->count[m][slot] < COUNTED_MOST) {
			float *mean = &s->value[m][slot];

			*mean += ((float)sample->value[m] - *mean) / (float)++s->count[m][slot];
		}
	return 0;
}

/* Chooses the slots: as wide as the longest step, and wider where there is more than memory is meant for. */
static int make_slots(struct pass *p, struct error *error)
{
	struct series *s = p->series;

	s->width = 1;
	for (size_t i = 0; i < s->vms; i++)
		s->width = fmax(s->width, fmin(s->vm[i].step, WIDTH_MOST));
	while (((p->to - p->from) / s->width + 2) * (double)s->vms > CELLS_MOST && s->width < p->to - p->from)
		s->width *= 2;
	s->start = floor(p->from / s->width) * s->width;
	s->slots = (size_t)((p->to - s->start) / s->width) + 1;
	for (size_t m = 0; m < SERIES_METRICS; m++) {
		if (!p->told[m])
			continue;
		s->value[m] = calloc(s->vms * s->slots + 1, sizeof(*s->value[m]));
		s->count[m] = calloc(s->vms * s->slots + 1, sizeof(*s->count[m]));
		if (!s->value[m] || !s->count[m])
			return error_set(error, ENOMEM, "cannot plan");
	}
	return 0;
}

/* Holds what a VM used over slots that say nothing, from its first to its last sample. */
static void hold(float *value, const uint16_t *count, size_t slots)
{
	float last = NAN;
	size_t end = slots;

	while (end > 0 && count[end - 1] == 0)
		value[--end] = NAN;
	for (size_t t = 0; t < end; t++) {
		if (count[t] > 0)
			last = value[t];
		value[t] = last;
	}
}

static void finish(struct series *s)
{
	for (size_t i = 0; i < s->vms; i++) {
		for (size_t t = i * s->slots; t < (i + 1) * s->slots; t++) {
			bool covered = false;

			for (size_t m = 0; m < SERIES_METRICS; m++)
				covered |= s->count[m] && s->count[m][t] > 0;
			s->vm[i].covered += covered;
		}
		for (size_t m = 0; m < SERIES_METRICS; m++)
			if (s->value[m])
				hold(s->value[m] + i * s->slots, s->count[m] + i * s->slots, s->slots);
	}
	for (size_t m = 0; m < SERIES_METRICS; m++) {
		free(s->count[m]);
		s->count[m] = NULL;
	}
}

/* Gives the samples of every file to TAKE. */
static int go_through(struct pass *p, const char *const *paths, sample_take *take, struct error *error)
{
	int code = 0;

	for (size_t i = 0; i < p->series->vms; i++)
		p->series->vm[i].seen = p->series->vm[i].checked = NAN;
	for (; code == 0 && *paths; paths++)
		code = series_scan(*paths, take, p, error);
	return code;
}

int series_read(struct series *series, const char *const *paths, struct fleet *fleet, struct error *error)
{
	struct pass p = { .series = series, .fleet = fleet, .from = INFINITY, .to = -INFINITY };
	int code;

	*series = (struct series){ 0 };
	code = go_through(&p, paths, survey, error);
	if (code || series->vms == 0)
		return code;
	code = make_slots(&p, error);
	if (code == 0)
		code = go_through(&p, paths, fill, error);
	if (code == 0)
		finish(series);
	return code;
}
