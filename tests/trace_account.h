/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_TRACE_ACCOUNT_H
#define TESTS_TRACE_ACCOUNT_H

/* The account of a few events, for tests. */
#include <stdlib.h>

#include "probes/trace_priv.h"
#include "tests/check.h"

#define EXIT(reason) ((uint64_t)TRACE_SVM << 32 | (reason))

static inline struct trace_account account_of(const struct trace_event *event, size_t count, uint64_t end)
{
	struct trace_machine *m = trace_machine_make(0);
	struct trace_account a = { 0 };

	if (m == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		CHECK_INT(trace_machine_take(m, &event[i]), 0);
	CHECK_INT(trace_machine_close(m, end, &a), 0);
	return a;
}

#define ACCOUNT(events, end) account_of(events, sizeof(events) / sizeof((events)[0]), end)

static inline uint64_t sum(const struct trace_thread *t)
{
	uint64_t all = 0;

	for (int i = 0; i < PROBE_LAYERS; i++)
		all += t->ns[i];
	return all;
}

#endif
