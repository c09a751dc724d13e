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
/* clang-format on */

#endif
