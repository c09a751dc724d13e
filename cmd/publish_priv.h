/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_PUBLISH_PRIV_H
#define CMD_PUBLISH_PRIV_H

#include <stdbool.h>

struct error;
struct table_schema;

/* Prints the summary of DIRECTORY on stdout, in colour on a terminal unless NO_COLOR is set. 0 or negative
 * errno. */
int publish_summary(const char *directory, bool all, struct error *error);

/* Prints the file PATH on stdout as it is, once it is known to be a whole table. 0 or negative errno. */
int publish_csv(const char *path, const struct table_schema *schema, struct error *error);

#endif
