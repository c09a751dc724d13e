/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "probes/trace_priv.h"

/*
 * What KVM takes for something, from a trace of a guest that does nothing else: what lies between two kinds
 * of events of the vCPU's thread, where it kept its CPU. The median of many: what else the host does
 * meanwhile is not KVM's. Of what takes now more, now less, the mean.
 */
#define LEAST 20 /* to be believed */

static const struct {
	enum trace_kind begin, end;
	bool mean;
} spans[TRACE_COSTS] = {
	[COST_WINDOW] = { TRACE_GUEST, TRACE_EXIT },
	[COST_TURN] = { TRACE_RETURN, TRACE_RUN },
	[COST_EXIT] = { TRACE_EXIT, TRACE_GUEST },
	[COST_FAULT] = { TRACE_FAULT, TRACE_GUEST, .mean = true },
};

/* What no span goes across. */
static bool interrupts(enum trace_kind kind)
{
	return kind == TRACE_OFF || kind == TRACE_SYSCALL || kind == TRACE_RUN || kind == TRACE_RETURN;
}

/* The next event of the first thread that runs a guest, whose number is *VCPU once it has begun to, or one
 * that is lost. */
static const struct trace_event *next(struct trace_reader *reader, int32_t *vcpu, uint64_t *event_cost)
{
	const struct trace_event *e;

	while ((e = trace_reader_next(reader)) != NULL) {
		if (e->kind == TRACE_COST && e->tid == COST_EVENT)
			*event_cost = e->value;
		if (*vcpu == 0 && e->kind == TRACE_RUN)
			*vcpu = e->tid;
		if (e->kind == TRACE_LOST || (*vcpu && e->tid == *vcpu))
			break;
	}
	return e;
}

/*
 * Between one access to a port and the next RCU notes that the guest is entered, and that it is left; where
 * it mostly notes more or less, its notes are of no use.
 */
static void measure_notes(struct trace_reader *reader, struct hist *hist, uint64_t *event_cost)
{
	const struct trace_event *e;
	uint64_t noted_ns[2] = { 0 }, others = 0;
	size_t notes = 0;
	int32_t vcpu = 0;
	bool begun = false;

	while ((e = next(reader, &vcpu, event_cost)) != NULL) {
		if (e->kind == TRACE_NOTE && notes < 2)
			noted_ns[notes] = e->time_ns;
		notes += e->kind == TRACE_NOTE;
		if (e->kind == TRACE_LOST || interrupts((enum trace_kind)e->kind))
			begun = false;
		if (e->kind != TRACE_PORT)
			continue;
		if (begun && notes == 2)
			hist_add(hist, noted_ns[1] - noted_ns[0]);
		others += begun && notes != 2;
		begun = true;
		notes = 0;
	}
	if (others >= hist->count)
		*hist = (struct hist){ 0 };
}

static void measure(struct trace_reader *reader, enum trace_cost cost, struct hist *hist,
		    uint64_t *event_cost)
{
	const struct trace_event *e;
	int32_t vcpu = 0;
	uint64_t begun = 0;

	while ((e = next(reader, &vcpu, event_cost)) != NULL) {
		if (e->kind == spans[cost].end && begun)
			hist_add(hist, e->time_ns - begun);
		if (e->kind == spans[cost].begin)
			begun = e->time_ns;
		else if (e->kind == spans[cost].end || e->kind == TRACE_LOST ||
			 interrupts((enum trace_kind)e->kind))
			begun = 0;
	}
}

int trace_costs_learn(const char *path, enum trace_cost cost, uint64_t costs[TRACE_COSTS],
		      struct error *error)
{
	struct hist *hist = calloc(1, sizeof(*hist));
	struct trace_reader *reader;
	int code = hist ? trace_reader_open(&reader, path, error)
			: error_set(error, ENOMEM, "cannot read a trace");

	if (code == 0) {
		if (cost == COST_NOTED)
			measure_notes(reader, hist, &costs[COST_EVENT]);
		else
			measure(reader, cost, hist, &costs[COST_EVENT]);
		if (hist->count >= LEAST)
			costs[cost] = spans[cost].mean ? hist->total / hist->count : hist_quantile(hist, 0.5);
		trace_reader_close(reader);
	}
	free(hist);
	return code;
}
