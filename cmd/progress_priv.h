/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_PROGRESS_PRIV_H
#define CMD_PROGRESS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What run says on stderr while it works: a line of progress in place on a terminal, else one now and then.
 */
struct progress {
	const char *command; /* "run" */
	bool terminal;
	bool shown; /* a line of progress stands at the cursor */
	const char *phase;
	uint64_t begun_ns, phase_ns, last_ns;
	size_t done, total;
};

/* COMMAND is named in what it says. */
void progress_begin(struct progress *progress, const char *command);

/* A new phase of TOTAL steps: "trying out". */
void progress_phase(struct progress *progress, const char *phase, size_t total);

/* Before a step: shows where we are, once the work has gone on for a while. */
void progress_show(struct progress *progress, const char *workload, const char *config);

/* After a step. */
void progress_step(struct progress *progress);

/* Says "vmtax COMMAND: …" on a line of its own. */
void progress_say(struct progress *progress, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* Wipes the line away. */
void progress_end(struct progress *progress);

#endif
