/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SADF_PRIV_H
#define CMD_SADF_PRIV_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* What is summed up, over the whole time. */
enum sadf_sum {
	SADF_NOT_BUSY,
	SADF_FAULTS,
	SADF_MAJOR,
	SADF_SWITCHES,
	SADF_TASKS,
	SADF_TRANSFERS,
	SADF_TRANSFER_BYTES,
	SADF_PACKETS,
	SADF_PACKET_BYTES,
	SADF_SUMS
};

/* What sadf -d tells of a machine. */
struct sadf {
	double sum[SADF_SUMS];
	bool has[SADF_SUMS];
	double cpu_s; /* time that lines of all CPUs tell of */
	size_t cpus;  /* 0: not known */
};

/* Fills S, which is zero-filled, from the file PATH. 0 or negative errno. */
int sadf_read(struct sadf *s, const char *path, struct error *error);

#endif
