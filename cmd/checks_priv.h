/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CHECKS_PRIV_H
#define CMD_CHECKS_PRIV_H

#include <stdbool.h>

#include "base/error.h"

/* Something vmtax doctor looks at. */
struct check {
	const char *name;
	const char *without; /* what is lost when it fails, one line */
	/* True, with a word about it in ERROR's what; else false, with the reason and the mend. */
	bool (*holds)(struct error *error);
};

/* What measuring needs, and what makes figures trustworthy; each ends with a row whose name is NULL. */
extern const struct check checks_needs[], checks_trust[];

#endif
