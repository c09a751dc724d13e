/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "probes/trace_priv.h"

/*
 * What KVM takes for something, from a trace of a guest that does nothing else: what lies between two kinds
 * of events of the vCPU's thread, where it kept its CPU. The median of many: what else the host does
 * meanwhile is not KVM's. Of faults, which take now more, now less, the mean.
 */
#define LEAST 20 /* to be believed */
#define PAGE  4096

static const struct {
	enum trace_kind begin, end;
} spans[TRACE_COSTS] = {
	[COST_WINDOW] = { TRACE_GUEST, TRACE_EXIT },
	[COST_TURN] = { TRACE_RETURN, TRACE_RUN },
	[COST_EXIT] = { TRACE_EXIT, TRACE_GUEST },
};

static bool is_of_faults(enum trace_cost cost)
{
	return cost == COST_FAULT || cost == COST_FRESH || cost == COST_COPIED;
}

/* What no span goes across. */
static bool interrupts(enum trace_kind kind)
{
	return kind == TRACE_OFF || kind == TRACE_SYSCALL || kind == TRACE_RUN || kind == TRACE_RETURN ||
	       kind == TRACE_FAULT;
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

/* One fault after the other on the same page. */
struct faults {
	uint64_t page, ns, last_ns, count;
	bool spoilt; /* one was interrupted */
};

/* A page that took one fault was written; one that took three was read, written, and looked up once more, as
 * the host had copied it. */
static void tell_faults(const struct faults *f, enum trace_cost cost, struct hist *hist)
{
	if (f->spoilt)
		return;
	if (f->count == 1 && cost == COST_FRESH)
		hist_add(hist, f->ns);
	if (f->count == 3 && cost == COST_COPIED)
		hist_add(hist, f->ns - f->last_ns);
	if (f->count == 3 && cost == COST_FAULT)
		hist_add(hist, f->last_ns);
}

/* Of a guest that touches fresh pages alone once it has last asked its monitor for something. */
static void measure_faults(struct trace_reader *reader, enum trace_cost cost, struct hist *hist,
			   uint64_t *event_cost)
{
	const struct trace_event *e;
	struct faults f = { .spoilt = true };
	int32_t vcpu = 0;
	uint64_t left = 0;
	bool faulted = false;

	while ((e = next(reader, &vcpu, event_cost)) != NULL) {
		if (e->kind == TRACE_FAULT && e->value / PAGE != f.page) {
			tell_faults(&f, cost, hist);
			f = (struct faults){ .page = e->value / PAGE };
		}
		if (e->kind == TRACE_GUEST && faulted && left) {
			f.last_ns = e->time_ns - left;
			f.ns += f.last_ns;
			f.count++;
		}
		f.spoilt |= e->kind == TRACE_LOST || e->kind == TRACE_OFF || e->kind == TRACE_RUN;
		if (e->kind == TRACE_RUN)
			*hist = (struct hist){ 0 };
		if (e->kind == TRACE_EXIT)
			left = e->time_ns;
		faulted = e->kind == TRACE_FAULT || (faulted && e->kind != TRACE_GUEST);
	}
}

/* From when the thread got its CPU back in KVM_RUN until it entered the guest: that may be seldom. */
static void measure_switch(struct trace_reader *reader, struct hist *hist, uint64_t *event_cost)
{
	const struct trace_event *e;
	int32_t vcpu = 0;
	uint64_t on = 0;

	while ((e = next(reader, &vcpu, event_cost)) != NULL) {
		if (e->kind == TRACE_GUEST && on)
			hist_add(hist, e->time_ns - on);
		on = e->kind == TRACE_ON ? e->time_ns : 0;
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
		else if (cost == COST_SWITCH)
			measure_switch(reader, hist, &costs[COST_EVENT]);
		else if (is_of_faults(cost))
			measure_faults(reader, cost, hist, &costs[COST_EVENT]);
		else
			measure(reader, cost, hist, &costs[COST_EVENT]);
		if (hist->count >= (cost == COST_SWITCH ? 1 : LEAST))
			costs[cost] =
				is_of_faults(cost) ? hist->total / hist->count : hist_quantile(hist, 0.5);
		trace_reader_close(reader);
	}
	free(hist);
	return code;
}
