/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_TRACES_H
#define TESTS_TRACES_H

/* Traces whose answers are known, and the profiles read of them. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "probes/trace_priv.h"
#include "tests/check.h"

/* A system call begins, and ends. */
#define CALL(time, tid, number, first)                                                                       \
	{                                                                                                    \
		time, (uint64_t)(first) << 32 | (number), tid, TRACE_SYSCALL, 0                              \
	}
#define BACK(time, tid, result)                                                                              \
	{                                                                                                    \
		time, (uint32_t)(result), tid, TRACE_RETURN, 0                                               \
	}

/* Profiles the trace of EVENTS on so many CPUS, by what becomes of calls, and a driver's patience of 1000
 * ns, or 20. */
static void traces_profile(struct trace_profile *profile, const struct trace_event *events, size_t count,
			   uint32_t cpus, bool from_exec, const enum trace_request request[TRACE_CALLS])
{
	struct error error = { 0 };
	FILE *file = fopen("trace", "we");

	CHECK(file != NULL);
	if (!file)
		return;
	CHECK_INT(trace_file_begin(file, 1, cpus), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ .count = (uint32_t)count, .round = 1 }, events),
		  0);
	CHECK_INT(fclose(file), 0);
	CHECK_INT(trace_profile_read(profile, "trace", from_exec, request, (struct trace_pause){ 1000, 20 },
				     &error),
		  0);
	CHECK_STR(error.what, "");
	unlink("trace");
}

#endif
