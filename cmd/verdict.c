/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/verdict_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a run did what the program does natively, and what is to be said about its figures. */
/* Disagreement about the region of interest that is flagged: both must be exceeded. A mark is stamped when a
 * pipe is read, which is late by a wake-up. */
#define ROI_SHARE 0.001
#define ROI_NS	  200000
#define STARTUP	  0.01 /* share of the life that start-up may have without marks */

void reference_take(struct reference *reference, const struct measurement *m, const char *compared)
{
	reference->known = m->exit_code != RUN_MISSING;
	reference->comparable = true;
	reference->exit_code = m->exit_code;
	snprintf(reference->compared, sizeof(reference->compared), "%s", compared);
}

void reference_confirm(struct reference *reference, const char *compared)
{
	reference->comparable = strcmp(reference->compared, compared) == 0;
}

static bool unserved(const struct measurement *m)
{
	return m->report && m->report->unserved[0].count > 0;
}

static const char *name_of(int number)
{
	const char *served, *error, *name = vmm_syscall(number, &served, &error);

	return name ? name : "unknown";
}

/* "system calls not served: ptrace (101, 3 times, first at 0x401234); <what went wrong>" */
static void say_unserved(struct measurement *m)
{
	char wrong[sizeof(m->reason)], list[256] = "";
	size_t used = 0;

	memcpy(wrong, m->reason, sizeof(wrong));
	for (int i = 0; i < VMM_UNSERVED && m->report->unserved[i].count && used < sizeof(list); i++)
		used += (size_t)snprintf(
			list + used, sizeof(list) - used, "%s%s (%d, %u times, first at 0x%llx)",
			i ? ", " : "", name_of(m->report->unserved[i].number), m->report->unserved[i].number,
			m->report->unserved[i].count, (unsigned long long)m->report->unserved[i].rip);
	measurement_fail(m, RUN_UNSUPPORTED, "system calls not served: %s; %s", list, wrong);
}

static void judge_end(struct measurement *m, const struct reference *reference)
{
	const char *colon = m->last_words[0] ? ": " : "";

	if (reference->known && m->exit_code != reference->exit_code)
		measurement_fail(m, RUN_MISMATCH, "exit status %lld, natively %lld%s%s",
				 (long long)m->exit_code, (long long)reference->exit_code, colon,
				 m->last_words);
	else if (m->exit_code != 0)
		measurement_fail(m, RUN_FAILED, "exit status %lld%s%s", (long long)m->exit_code, colon,
				 m->last_words);
}

void verdict_judge(struct measurement *m, const struct reference *reference, const char *compared)
{
	if (m->status == RUN_OK)
		judge_end(m, reference);
	if (m->status == RUN_OK && reference->known && reference->comparable &&
	    strcmp(compared, reference->compared) != 0)
		measurement_fail(m, RUN_MISMATCH, "it printed something else than natively");
	if (unserved(m) && (m->status == RUN_FAILED || m->status == RUN_CRASHED || m->status == RUN_MISMATCH))
		say_unserved(m);
}

void flags_add(char flags[FLAGS_ROOM], const char *flag)
{
	size_t used = strlen(flags);

	if (strstr(flags, flag) == NULL && used < FLAGS_ROOM)
		snprintf(flags + used, FLAGS_ROOM - used, "%s%s", used ? " " : "", flag);
}

static bool roi_disagrees(const struct measurement *m)
{
	int64_t off = m->roi_outside_ns - m->roi_ns;

	if (m->roi_ns == RUN_MISSING || m->roi_outside_ns == RUN_MISSING)
		return false;
	off = off < 0 ? -off : off;
	return off > ROI_NS && (double)off > ROI_SHARE * (double)m->roi_ns;
}

static bool startup_matters(const struct measurement *m)
{
	return m->roi_ns == RUN_MISSING && m->setup_ns != RUN_MISSING && m->life_ns != RUN_MISSING &&
	       (double)m->setup_ns > STARTUP * (double)m->life_ns;
}

/* Whether a counter had to take turns: its count is of part of the time, and is not scaled up. */
/* Events did not fit into a trace's ring: what happened then is unattributed. */
static bool lost_events(const struct measurement *m)
{
	return probe_samples_find(&m->samples, "trace", "process", "events_lost") > 0;
}

static bool multiplexed(const struct measurement *m)
{
	for (size_t i = 0; i < m->samples.count; i++) {
		const struct probe_sample *s = &m->samples.sample[i];

		if (s->enabled_ns != PROBE_MISSING && s->running_ns < s->enabled_ns)
			return true;
	}
	return false;
}

void flags_judge(char flags[FLAGS_ROOM], const struct measurement *m, const struct reference *reference)
{
	if (reference->known && !reference->comparable)
		flags_add(flags, "nondeterministic");
	if (roi_disagrees(m))
		flags_add(flags, "roi-mismatch");
	if (!reference->lives && startup_matters(m))
		flags_add(flags, "startup");
	if (unserved(m))
		flags_add(flags, "unserved");
	if (lost_events(m))
		flags_add(flags, "events-lost");
	if (multiplexed(m))
		flags_add(flags, "multiplexed");
}
