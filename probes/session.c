/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* All probes on one target, from just before the program to just after it. */

#define TRIES 50 /* of some 20 us: far longer than going to sleep takes */

/*
 * The program may first go to sleep at its gate: the wait for a core is booked only when it ends, and one
 * that was pushed off its core on the way would have that counted as its own. That is so whoever counts,
 * since a program that begins from sleep is another: page faults of the same guest take 1 % longer then. One
 * that does not sleep is no harm.
 */
static void let_sleep(const struct probe_target *target)
{
	const struct timespec pause = { .tv_nsec = 20000 };
	char path[64], text[1024];
	const char *state;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)target->pid, (int)target->thread[0].tid);
	/* Who watches himself is awake. */
	for (int tries = target->pid == getpid() ? TRIES : 0;
	     tries < TRIES && probe_read_text(path, text, sizeof(text)) > 0; tries++) {
		state = probe_stat_field(text, 3);
		if (state == NULL || *state != 'R')
			return;
		nanosleep(&pause, NULL);
	}
}

static void close_probe(struct probe_session *session, size_t i)
{
	probes[i]->steps->close(session->state[i]);
	session->works[i] = false;
}

void probe_session_begin(struct probe_session *session, const struct probe_target *target, bool disturb,
			 uint32_t without)
{
	size_t count = 0;

	*session = (struct probe_session){ .target = *target };
	while (probes[count])
		count++;
	/* In reverse, so that what is free of cost starts last and stops first: next to the program. */
	for (size_t i = count; i-- > 0;)
		session->works[i] =
			probes[i]->steps && !(without >> i & 1) && (disturb || !probes[i]->disturbs) &&
			probes[i]->steps->open(probes[i], &session->target, &session->state[i]) == 0;
	let_sleep(target);
	for (size_t i = count; i-- > 0;)
		if (session->works[i] && probes[i]->steps->start(&session->target, session->state[i]))
			close_probe(session, i);
}

int probe_session_end(struct probe_session *session, struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0; probes[i]; i++)
		if (session->works[i] && probes[i]->steps->stop(&session->target, session->state[i]))
			close_probe(session, i);
	for (size_t i = 0; probes[i]; i++) {
		if (!session->works[i])
			continue;
		/* A thread that has gone takes its counts along; only want of memory is worth a word. */
		if (probes[i]->steps->read(&session->target, session->state[i], samples) == -ENOMEM)
			code = -ENOMEM;
		close_probe(session, i);
	}
	return code;
}
