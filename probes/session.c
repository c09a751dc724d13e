/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>

/* All probes on one target, from just before the program to just after it. */

/* Takes a step of probe I where it works; one that fails has no samples. */
static void step(struct probe_session *session, size_t i, int (*take)(const struct probe_target *, void *))
{
	if (!session->works[i] || take(&session->target, session->state[i]) == 0)
		return;
	probes[i]->close(session->state[i]);
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
		session->works[i] = probes[i]->open && !(without >> i & 1) &&
				    (disturb || !probes[i]->disturbs) &&
				    probes[i]->open(&session->target, &session->state[i]) == 0;
	for (size_t i = count; i-- > 0;)
		step(session, i, probes[i]->start);
}

int probe_session_end(struct probe_session *session, struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0; probes[i]; i++)
		step(session, i, probes[i]->stop);
	for (size_t i = 0; probes[i]; i++) {
		if (!session->works[i])
			continue;
		/* A thread that has gone takes its counts along; only want of memory is worth a word. */
		if (probes[i]->read(&session->target, session->state[i], samples) == -ENOMEM)
			code = -ENOMEM;
		probes[i]->close(session->state[i]);
		session->works[i] = false;
	}
	return code;
}
