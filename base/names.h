/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct table;

/* Distinct names in order of first appearance; the texts belong to the tables they came from. */
struct names {
	const char **name; /* count; owned */
	size_t count;
};

/* Adds NAME unless it is there. 0 or -ENOMEM. */
int names_add(struct names *names, const char *name);

/* Adds every value COLUMN has in TABLE; missing cells are passed over. 0 or -ENOMEM. */
int names_collect(struct names *names, const struct table *table, const char *column);

/* The number of NAME, or count where it is not there. */
size_t names_find(const struct names *names, const char *name);

bool names_contain(const struct names *names, const char *name);

/* Puts configurations in the order tables show them: presets in theirs, the others alphabetically. */
void names_order_configs(struct names *configs);

/* Frees the list, not the texts; it may then be filled again. Safe on a zero-filled struct. */
void names_free(struct names *names);

#endif
