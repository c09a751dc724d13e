/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_VERDICT_PRIV_H
#define CMD_VERDICT_PRIV_H

#include <stdbool.h>

#include "cmd/digest_priv.h"
#include "cmd/measurement_priv.h"

#define FLAGS_ROOM 128 /* bytes of the flags column */

/* What a workload did natively, first of all: every other run must do the same. */
struct reference {
	bool known;
	int64_t exit_code;
	char compared[DIGEST_HEX]; /* digest of what it printed, or of what the filter made of it */
	bool lives;		   /* start-up is what is measured */
	bool comparable;	   /* a second native run did not differ in that */
};

/* Takes the first native run as REFERENCE; COMPARED is the digest of its filtered output. */
void reference_take(struct reference *reference, const struct measurement *m, const char *compared);

/* Holds a second native run against it. */
void reference_confirm(struct reference *reference, const char *compared);

/*
 * Decides M's status where the launcher could not: an exit status other than 0, or something else done than
 * natively. System calls that were not served are named when it went wrong.
 */
void verdict_judge(struct measurement *m, const struct reference *reference, const char *compared);

/* Adds a word to FLAGS, unless it is there. */
void flags_add(char flags[FLAGS_ROOM], const char *flag);

/* Flags what M itself shows: roi-mismatch, startup, unserved, nondeterministic. */
void flags_judge(char flags[FLAGS_ROOM], const struct measurement *m, const struct reference *reference);

#endif
