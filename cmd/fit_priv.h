/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_FIT_PRIV_H
#define CMD_FIT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/suite_priv.h"

#define FIT_DIRECTORIES 64
#define FIT_FEWER	"run several suites into one: vmtax run --suite NAME,NAME --out DIR"

/* What vmtax fit --held-out names. Zero-filled: nothing. */
struct fit_held_out {
	const char *directory[FIT_DIRECTORIES + 1]; /* NULL-terminated */
	size_t directories;
	struct suite suite;
	const char **program; /* those of the suite, NULL-terminated; owned; NULL: there is no suite */
};

/* Adds result directories, or else suites instead of others, separated by commas in LIST, which is kept. 0 or
 * negative errno. */
int fit_held_out_add(struct fit_held_out *held, char *list, struct error *error);
bool fit_held_out_any(const struct fit_held_out *held);

/* Notes in each directory with programs held out that a fit has been judged by them, and says how often that
 * is now. Those of a suite are in the directories that were fitted to: FIRST notes it. */
void fit_held_out_count(const struct fit_held_out *held, const char *first);
void fit_held_out_free(struct fit_held_out *held);

#endif
