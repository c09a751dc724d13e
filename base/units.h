/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

struct error;

/* Parses "16M", "4096", "1.5G" (binary K, M, G, T; optional "iB" or "B") into bytes. 0 or -EINVAL. */
int units_parse_bytes(const char *text, uint64_t *bytes, struct error *error);

/* Parses "30s", "1.5ms", "200us", "10ns", "2m", "1h" or a plain number of seconds into ns. 0 or -EINVAL. */
int units_parse_time(const char *text, uint64_t *ns, struct error *error);

/* Parses a whole non-negative decimal number no larger than MAX. 0 or -EINVAL. */
int units_parse_count(const char *text, uint64_t max, uint64_t *count, struct error *error);

/* Writes NS with three significant digits and a unit ("12.3 us") into TEXT. Returns TEXT. NaN gives "NA". */
char *units_print_time(double ns, char *text, size_t size);

/* Writes BYTES with a binary unit ("16.0 MiB") into TEXT. Returns TEXT. */
char *units_print_bytes(double bytes, char *text, size_t size);

/* The candidate (NULL-terminated list) nearest to TEXT by edit distance, or NULL when none is near. */
const char *units_nearest(const char *text, const char *const *candidates);

#endif
