/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_DOCTOR_PRIV_H
#define CMD_DOCTOR_PRIV_H

#include <stdio.h>

#include "cmd/sheet_priv.h"

/* Columns of what vmtax doctor finds. */
enum doctor_column {
	DOCTOR_AREA,
	DOCTOR_NAME,
	DOCTOR_STATE,	/* "ok", "no", or "fact" */
	DOCTOR_FINDING, /* a word about it, or why not */
	DOCTOR_LOST,	/* what that costs; "" when ok */
	DOCTOR_MEND,	/* what can be done about it; "" when ok */
	DOCTOR_COLUMNS,
};

/* Prints the findings, with their columns in that order, for people. */
void doctor_print(const struct sheet *findings, FILE *out);

#endif
