/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LIST_PRIV_H
#define CMD_LIST_PRIV_H

#include "base/error.h"
#include "cmd/sheet_priv.h"

/* Something vmtax list prints, from the table the code itself works with. */
struct list {
	const char *name;
	const char *summary;
	/* Puts the rows of this list, whose columns and headings the row sets first. 0 or negative errno. */
	int (*fill)(struct sheet *sheet, enum sheet_form form, struct error *error);
};

/* All lists, ending with a row whose name is NULL. */
extern const struct list lists[];

#endif
