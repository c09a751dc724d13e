/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_SCHEMA_PRIV_H
#define BASE_SCHEMA_PRIV_H

#include "base/schema.h"

/* Columns as the schemas' tables write them. */
/* clang-format off */
#define TEXT(n, d)	 { .name = (n), .type = TABLE_STRING,  .unit = "", .description = (d) }
#define COUNT(n, d)	 { .name = (n), .type = TABLE_INTEGER, .unit = "", .description = (d) }
#define INTEGER(n, u, d) { .name = (n), .type = TABLE_INTEGER, .unit = (u), .description = (d) }
#define NUMBER(n, u, d)	 { .name = (n), .type = TABLE_NUMBER,  .unit = (u), .description = (d) }
#define END		 { .name = NULL }
#define MAYBE(n, t, u, d) { .name = (n), .type = (t), .unit = (u), .optional = true, .description = (d) }
#define MAYBE_NUMBER(n, u, d) MAYBE(n, TABLE_NUMBER, u, d)
#define MAYBE_COUNT(n, d)     MAYBE(n, TABLE_INTEGER, "", d)
#define MAYBE_TEXT(n, d)      MAYBE(n, TABLE_STRING, "", d)

/* A column that may be left out where O, and has other names besides N. */
#define RENAMED(n, t, u, o, d, ...)                                                         \
	{ .name = (n), .type = (t), .unit = (u), .optional = (o), .description = (d),       \
	  .aliases = (const char *const[]){ __VA_ARGS__, NULL } }
/* clang-format on */

#endif
