/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>

/* All probes on one target, from just before the program to just after it. */

void probe_session_begin(struct probe_session *session, const struct probe_target *target, bool disturb)
{
	size_t count = 0;

	*session = (struct probe_session){ .target = *target };
	while (probes[count])
		count++;
	/* In reverse, so that what is free of cost begins last and ends first: next to the program. */
	for (size_t i = count; i-- > 0;)
		session->works[i] = probes[i]->begin && (disturb || !probes[i]->disturbs) &&
				    probes[i]->begin(&session->target, &session->state[i]) == 0;
}

int probe_session_end(struct probe_session *session, struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0; probes[i]; i++) {
		if (!session->works[i])
			continue;
		/* A thread that has gone takes its counts along; only want of memory is worth a word. */
		if (probes[i]->end(&session->target, session->state[i], samples) == -ENOMEM)
			code = -ENOMEM;
		probes[i]->close(session->state[i]);
		session->works[i] = false;
	}
	return code;
}
